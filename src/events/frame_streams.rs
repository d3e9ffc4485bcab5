//! Frame Streams: frames of octets in a file, or over a socket to a reader that agrees first
//! (<https://farsightsec.github.io/fstrm/>, as in fstrm's `control.h`).
//!
//! A data frame is its length in four octets, big-endian, and its octets. Length 0 announces a
//! control frame: its own length, its type, and fields, each with type, length and octets.

use std::io::{self, Read, Write};

/// What dnstap calls its frames.
pub(super) const CONTENT_TYPE: &[u8] = b"protobuf:dnstap.Dnstap";

/// Types of control frames.
const ACCEPT: u32 = 1;
const START: u32 = 2;
const STOP: u32 = 3;
const READY: u32 = 4;
const FINISH: u32 = 5;

/// The only type of a field.
const FIELD_CONTENT_TYPE: u32 = 1;

/// No control frame is longer (`FSTRM_CONTROL_FRAME_LENGTH_MAX`).
const LONGEST_CONTROL: u32 = 512;

/// Announces a control frame.
const ESCAPE: [u8; 4] = [0; 4];

/// Begins a stream that nobody agrees to: a file.
pub(super) fn start(out: &mut impl Write) -> io::Result<()> {
    out.write_all(&control(START, Some(CONTENT_TYPE)))
}

/// Begins a stream to a reader: READY, ACCEPT, START.
pub(super) fn handshake(stream: &mut (impl Read + Write)) -> io::Result<()> {
    stream.write_all(&control(READY, Some(CONTENT_TYPE)))?;
    let (kind, content) = read_control(stream)?;
    let no = |why| Err(io::Error::new(io::ErrorKind::InvalidData, why));
    if kind != ACCEPT {
        return no("the reader does not accept the stream");
    }
    // A reader that names no type takes any.
    if !content.is_empty() && !content.iter().any(|offered| offered == CONTENT_TYPE) {
        return no("the reader takes another type than dnstap");
    }
    start(stream)
}

/// Ends a stream.
pub(super) fn stop(out: &mut impl Write) -> io::Result<()> {
    out.write_all(&control(STOP, None))
}

/// Waits until a reader has read all: FINISH.
pub(super) fn finished(stream: &mut impl Read) -> io::Result<()> {
    read_control(stream).and_then(|(kind, _)| {
        let finish = kind == FINISH;
        finish.then_some(()).ok_or_else(|| io::ErrorKind::InvalidData.into())
    })
}

/// A data frame, behind what is in the buffer: its octets are written there at once.
pub(super) fn push_frame(buffer: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let begin = buffer.len();
    buffer.extend([0; 4]);
    write(buffer);
    let length = u32::try_from(buffer.len() - begin - 4).expect("a message of DNS is short");
    buffer[begin..begin + 4].copy_from_slice(&length.to_be_bytes());
}

fn control(kind: u32, content: Option<&[u8]>) -> Vec<u8> {
    let mut frame = kind.to_be_bytes().to_vec();
    if let Some(content) = content {
        frame.extend(FIELD_CONTENT_TYPE.to_be_bytes());
        push_frame(&mut frame, |field| field.extend(content));
    }
    let mut octets = ESCAPE.to_vec();
    push_frame(&mut octets, |control| control.extend(frame));
    octets
}

/// The type of the control frame that comes next, and the types of content that it names.
fn read_control(stream: &mut impl Read) -> io::Result<(u32, Vec<Vec<u8>>)> {
    let mut number = || {
        let mut octets = [0; 4];
        stream.read_exact(&mut octets).map(|()| u32::from_be_bytes(octets))
    };
    let odd = || io::Error::new(io::ErrorKind::InvalidData, "this is no Frame Streams reader");
    let (escape, length, kind) = (number()?, number()?, number()?);
    if escape != 0 || !(4..=LONGEST_CONTROL).contains(&length) {
        return Err(odd());
    }
    let mut rest = vec![0; length as usize - 4];
    stream.read_exact(&mut rest)?;
    let (mut rest, mut content) = (&rest[..], Vec::new());
    while !rest.is_empty() {
        let (head, behind) = rest.split_at_checked(8).ok_or_else(odd)?;
        let length = u32::from_be_bytes([head[4], head[5], head[6], head[7]]);
        let (value, behind) = behind.split_at_checked(length as usize).ok_or_else(odd)?;
        if head[..4] == FIELD_CONTENT_TYPE.to_be_bytes() {
            content.push(value.to_owned());
        }
        rest = behind;
    }
    Ok((kind, content))
}

#[cfg(test)]
mod tests {
    use super::{CONTENT_TYPE, control, handshake, push_frame, read_control, start, stop};
    use std::io::{self, Cursor, Read, Write};

    /// What a reader says, and what it hears.
    struct Reader {
        says: Cursor<Vec<u8>>,
        heard: Vec<u8>,
    }

    impl Read for Reader {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            self.says.read(buffer)
        }
    }

    impl Write for Reader {
        fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
            self.heard.write(octets)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn reader(says: &[u8]) -> Reader {
        Reader { says: Cursor::new(says.to_vec()), heard: Vec::new() }
    }

    /// The octets of fstrm's documentation.
    #[test]
    fn a_file_begins_and_ends_with_control_frames() {
        let mut file = Vec::new();
        start(&mut file).unwrap();
        push_frame(&mut file, |frame| frame.extend(b"frame"));
        stop(&mut file).unwrap();
        let expected = [
            b"\0\0\0\0\0\0\0\x22\0\0\0\x02\0\0\0\x01\0\0\0\x16protobuf:dnstap.Dnstap".as_slice(),
            b"\0\0\0\x05frame",
            b"\0\0\0\0\0\0\0\x04\0\0\0\x03",
        ];
        assert_eq!(file, expected.concat());
    }

    #[test]
    fn a_reader_agrees_before_anything_is_sent() {
        let mut willing = reader(&control(1, Some(CONTENT_TYPE)));
        handshake(&mut willing).unwrap();
        assert_eq!(
            willing.heard,
            [control(4, Some(CONTENT_TYPE)), control(2, Some(CONTENT_TYPE))].concat()
        );
        handshake(&mut reader(&control(1, None))).unwrap();
        for other in [
            control(1, Some(b"protobuf:other")),
            control(5, None),
            b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
            b"\0\0\0\0\0\0\0\x0c\0\0\0\x01\0\0\0\x01\0\0\xff\xff".to_vec(),
            Vec::new(),
        ] {
            let mut unwilling = reader(&other);
            assert!(handshake(&mut unwilling).is_err());
            assert_eq!(unwilling.heard, control(4, Some(CONTENT_TYPE)), "nothing behind READY");
        }
    }

    #[test]
    fn control_frames_have_bounds() {
        assert!(read_control(&mut Cursor::new(b"\0\0\0\0\x7f\xff\xff\xff\0\0\0\x01")).is_err());
        assert!(read_control(&mut Cursor::new(b"\0\0\0\0\0\0\0\x03\0\0\0\x01")).is_err());
    }
}
