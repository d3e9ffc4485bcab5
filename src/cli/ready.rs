//! How others learn that the server listens: a file for scripts, a message for systemd.

use super::outcome::{Failure, Outcome};
use std::{
    env, fs,
    io::{self, Write},
    net::SocketAddr,
    os::{
        linux::net::SocketAddrExt,
        unix::{
            ffi::OsStrExt,
            net::{SocketAddr as UnixAddress, UnixDatagram},
        },
    },
    path::{Path, PathBuf},
};

/// What was told, and is taken back when this is dropped.
#[derive(Debug)]
pub(super) struct Readiness(Option<PathBuf>);

/// A file of an earlier run would say what is not true yet.
pub(super) fn not_yet(file: Option<&Path>) -> Outcome {
    let Some(file) = file else { return Ok(()) };
    match fs::symlink_metadata(file).and_then(|_| is_ours(file)) {
        Ok(true) => fs::remove_file(file).map_err(|why| unwritable(file, &why)),
        Ok(false) => {
            let why = io::Error::other("it holds something else than addresses");
            Err(unwritable(file, &why))
        }
        Err(why) if why.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(why) => Err(unwritable(file, &why)),
    }
}

/// Whether a file has nothing but addresses, as such files have: another one is not ours to remove.
fn is_ours(file: &Path) -> io::Result<bool> {
    if !fs::symlink_metadata(file)?.is_file() {
        return Ok(false);
    }
    let text = fs::read(file)?;
    let text = String::from_utf8_lossy(&text);
    Ok(text.lines().all(|line| line.parse::<SocketAddr>().is_ok()))
}

/// Tells that the server listens, and where.
pub(super) fn tell(file: Option<&Path>, listeners: &[SocketAddr]) -> Result<Readiness, Failure> {
    if let Some(file) = file {
        write(file, listeners).map_err(|why| unwritable(file, &why))?;
    }
    // Whoever started us knows better than we do whether that matters.
    let _ = notify("READY=1");
    Ok(Readiness(file.map(Path::to_owned)))
}

impl Drop for Readiness {
    fn drop(&mut self) {
        let _ = notify("STOPPING=1");
        if let Some(file) = &self.0 {
            let _ = fs::remove_file(file);
        }
    }
}

fn unwritable(file: &Path, why: &io::Error) -> Failure {
    Failure::unreadable(format!("cannot write the ready file {}: {why}", file.display()))
}

/// An address a line. Who waits for the file finds it whole, so it gets its name at the end.
fn write(file: &Path, listeners: &[SocketAddr]) -> io::Result<()> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = file.with_file_name(name);
    let mut out = fs::File::create(&new)?;
    for listener in listeners {
        writeln!(out, "{listener}")?;
    }
    fs::rename(new, file)
}

/// A state for the service manager (sd_notify(3)), if there is one. A name that begins with @ is
/// one of the abstract namespace.
fn notify(state: &str) -> io::Result<()> {
    let Some(path) = env::var_os("NOTIFY_SOCKET") else { return Ok(()) };
    let address = match path.as_bytes() {
        [b'@', name @ ..] => UnixAddress::from_abstract_name(name)?,
        _ => UnixAddress::from_pathname(&path)?,
    };
    UnixDatagram::unbound()?.send_to_addr(state.as_bytes(), &address).map(|_| ())
}
