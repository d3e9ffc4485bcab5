//! Which worker a datagram goes to: that of the core it came in on.
//!
//! Where a worker has to be woken on another core than the one that has the datagram, both wait for each other's memory. So of the
//! sockets that share an address the kernel is asked to take the one whose number is that of the core (socket(7),
//! SO_ATTACH_REUSEPORT_CBPF), instead of one by a hash of addresses and ports. Workers are not bound to cores: a worker runs where
//! there is room, best where it is woken.

use nix::{
    libc::{BPF_ABS, BPF_ALU, BPF_K, BPF_LD, BPF_MOD, BPF_RET, BPF_W, SKF_AD_CPU, SKF_AD_OFF, sock_filter, sock_fprog},
    sys::socket::{setsockopt, sockopt::AttachReusePortCbpf},
};
use std::net::UdpSocket;

/// Asks for it, for as many sockets of one address as there are workers; each of them may be given. Without it the kernel shares out
/// clients as before, so a system that refuses loses speed alone.
pub(super) fn steer_by_core(socket: &UdpSocket, workers: usize) {
    let Ok(workers) = u32::try_from(workers) else { return };
    let step = |code: u32, k: u32| sock_filter { code: code as u16, jt: 0, jf: 0, k };
    // BPF_RET with BPF_A, which libc does not name: what has been reckoned.
    const RETURN_IT: u32 = BPF_RET | 0x10;
    let mut steps = [
        step(BPF_LD | BPF_W | BPF_ABS, (SKF_AD_OFF + SKF_AD_CPU) as u32),
        step(BPF_ALU | BPF_MOD | BPF_K, workers),
        step(RETURN_IT, 0),
    ];
    let program = sock_fprog { len: steps.len() as u16, filter: steps.as_mut_ptr() };
    if let Err(error) = setsockopt(socket, AttachReusePortCbpf, &program) {
        tracing::debug!(%error, "datagrams go to workers by their clients");
    }
}

#[cfg(test)]
mod tests {
    use crate::serve::bind::udp;
    use nix::{
        sched::{CpuSet, sched_getaffinity, sched_setaffinity},
        unistd::Pid,
    };
    use std::net::UdpSocket;

    const WORKERS: usize = 2;
    const CLIENTS: usize = 32;

    #[test]
    fn a_datagram_goes_to_the_worker_of_the_core_it_comes_in_on() {
        let free = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let sockets = udp(free, WORKERS).unwrap();
        let this = Pid::from_raw(0);
        let allowed = sched_getaffinity(this).unwrap();
        for core in (0..CpuSet::count()).filter(|core| allowed.is_set(*core).unwrap()) {
            let mut alone = CpuSet::new();
            alone.set(core).unwrap();
            sched_setaffinity(this, &alone).unwrap();
            // Loopback hands a datagram over on the core of its sender. By a hash of ports they would be shared out.
            for _ in 0..CLIENTS {
                let client = UdpSocket::bind("127.0.0.1:0").unwrap();
                client.send_to(b"?", free).unwrap();
            }
            let (mut octet, own) = ([0], core % WORKERS);
            for (number, socket) in sockets.iter().enumerate() {
                let came = std::iter::from_fn(|| socket.recv(&mut octet).ok()).count();
                assert_eq!(came, if number == own { CLIENTS } else { 0 }, "core {core}, worker {number}");
            }
        }
        sched_setaffinity(this, &allowed).unwrap();
    }
}
