//! Which worker a datagram goes to: as a rule the same for all that come in on one core.
//!
//! Of the sockets that share an address the kernel takes one by a hash of addresses and ports,
//! unless it is told otherwise (socket(7), SO_ATTACH_REUSEPORT_CBPF). The worker behind that socket
//! often sleeps on another core than the one that has the datagram, and to wake it there costs both
//! of them time. So each core has a socket, and the scheduler, which likes to wake a thread where
//! it is called from, keeps each worker near its core. Workers are not bound: where one core has
//! much to do, its worker may run on another.

use nix::{
    libc::{
        BPF_ABS, BPF_JEQ, BPF_JMP, BPF_K, BPF_LD, BPF_RET, BPF_W, SKF_AD_CPU, SKF_AD_OFF,
        sock_filter, sock_fprog,
    },
    sched::{CpuSet, sched_getaffinity},
    sys::socket::{setsockopt, sockopt::AttachReusePortCbpf},
    unistd::Pid,
};
use std::net::UdpSocket;

/// Asks for it, for the first sockets of one address, as many as there are workers; any of them may
/// be given. Those that are bound behind them get no datagrams. With more workers than cores some
/// would have nothing to do, so then the hash decides among all, as it does on a system that
/// refuses. Says whether it is done.
pub(crate) fn steer_by_core(socket: &UdpSocket, workers: usize) -> bool {
    let cores = cores();
    if workers > cores.len() {
        return false;
    }
    let mut steps = steps(&cores, workers);
    let Ok(len) = u16::try_from(steps.len()) else { return false };
    // The kernel copies the steps before the call ends; it must not outlive them.
    let program = sock_fprog { len, filter: steps.as_mut_ptr() };
    let done = setsockopt(socket, AttachReusePortCbpf, &program);
    tracing::debug!(?done, workers, "datagrams go to workers by core");
    done.is_ok()
}

/// The numbers of the cores that this process may run on.
fn cores() -> Vec<u32> {
    let Ok(allowed) = sched_getaffinity(Pid::from_raw(0)) else { return Vec::new() };
    (0..CpuSet::count())
        .filter(|core| allowed.is_set(*core) == Ok(true))
        .map(|core| core as u32)
        .collect()
}

/// The core's number, then for each that we know: if it is this one, that socket; the first one for
/// others.
fn steps(cores: &[u32], workers: usize) -> Vec<sock_filter> {
    let step = |code: u32, k: u32, jf: u8| sock_filter { code: code as u16, jt: 0, jf, k };
    let mut steps = vec![step(BPF_LD | BPF_W | BPF_ABS, (SKF_AD_OFF + SKF_AD_CPU) as u32, 0)];
    for (index, core) in cores.iter().enumerate() {
        steps.push(step(BPF_JMP | BPF_JEQ | BPF_K, *core, 1));
        steps.push(step(BPF_RET | BPF_K, (index % workers) as u32, 0));
    }
    steps.push(step(BPF_RET | BPF_K, 0, 0));
    steps
}

#[cfg(test)]
mod tests {
    use super::{cores, steer_by_core};
    use nix::{
        sched::{CpuSet, sched_getaffinity, sched_setaffinity},
        unistd::Pid,
    };
    use socket2::{Domain, Socket, Type};
    use std::net::{SocketAddr, UdpSocket};

    /// So many that a hash leaves none of a few workers without one.
    const CLIENTS: usize = 64;

    /// How many datagrams each worker gets that come in on a core.
    fn shares(core: u32, sockets: &[UdpSocket]) -> Vec<usize> {
        let this = Pid::from_raw(0);
        let (allowed, mut alone) = (sched_getaffinity(this).unwrap(), CpuSet::new());
        alone.set(core as usize).unwrap();
        sched_setaffinity(this, &alone).unwrap();
        // Loopback hands a datagram over on the core of its sender.
        for _ in 0..CLIENTS {
            let client = UdpSocket::bind("127.0.0.1:0").unwrap();
            client.send_to(b"?", sockets[0].local_addr().unwrap()).unwrap();
        }
        sched_setaffinity(this, &allowed).unwrap();
        let count = |socket: &UdpSocket| {
            socket.set_nonblocking(true).unwrap();
            std::iter::from_fn(|| socket.recv(&mut [0]).ok()).count()
        };
        sockets.iter().map(count).collect()
    }

    /// Sockets that share an address, of which the first `workers` are steered, and whether.
    fn sockets(workers: usize, behind: usize) -> (Vec<UdpSocket>, bool) {
        let mut address: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let mut bind = || {
            let socket = Socket::new(Domain::IPV4, Type::DGRAM, None).unwrap();
            socket.set_reuse_port(true).unwrap();
            socket.bind(&address.into()).unwrap();
            address = socket.local_addr().unwrap().as_socket().unwrap();
            UdpSocket::from(socket)
        };
        let mut sockets: Vec<_> = (0..workers).map(|_| bind()).collect();
        let steered = steer_by_core(&sockets[0], workers);
        sockets.extend((0..behind).map(|_| bind()));
        (sockets, steered)
    }

    #[test]
    fn what_comes_in_on_a_core_goes_to_one_worker_and_nothing_to_a_socket_behind_them() {
        let cores = cores();
        let (sockets, steered) = sockets(cores.len(), 1);
        if !steered {
            eprintln!("a kernel that shares out by hash");
            return;
        }
        for (index, core) in cores.iter().enumerate().take(4) {
            let mut expected = vec![0; sockets.len()];
            expected[index] = CLIENTS;
            assert_eq!(shares(*core, &sockets), expected, "core {core}");
        }
    }

    #[test]
    fn with_more_workers_than_cores_none_is_left_without_work() {
        let cores = cores();
        let (sockets, steered) = sockets(cores.len() + 1, 0);
        assert!(!steered);
        let shares = shares(cores[0], &sockets);
        assert!(cores.len() > 3 || shares.iter().all(|share| *share > 0), "{shares:?}");
        assert_eq!(shares.iter().sum::<usize>(), CLIENTS);
    }
}
