//! One direction across the border: what comes in by one interface, and the replies to it.

use super::{
    forged_packet::{ForgedPackets, ForgedPayload, forwarded},
    pace::Pace,
    passing::PassingPacket,
};
use crate::{
    clock::real_time,
    engine::{Origin, Payload, Request, Response, Scratch, ServerRole, Transmission},
    events::Publisher,
    sys::{LinkPath, PacketBuffer, PacketSocket},
    transport::{
        bounds::{Bounds, Loss},
        delayed_replies::{Delayable, DelayedReplies},
        delivery::{Arrival, Observer, Outgoing},
        redirected::own_addresses,
        serving::ServingState,
    },
};
use arc_swap::ArcSwap;
use socket2::Socket;
use std::{
    net::{IpAddr, SocketAddr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// How many honest answers are remembered for observers of others.
const OBSERVED_ANSWERS: usize = 1024;

/// How often the kernel is asked what it has dropped.
const LOOK: Duration = Duration::from_secs(1);

/// After an error of the socket itself, so that a broken one does not take a whole core.
const PAUSE: Duration = Duration::from_millis(100);

/// What both directions share.
#[derive(Clone)]
pub(super) struct InjectorContext {
    pub(super) serving: Arc<ArcSwap<ServingState>>,
    pub(super) events: Option<Publisher>,
    pub(super) bounds: Bounds,
    pub(super) delayed: DelayedReplies<InjectedPacket>,
    pub(super) pace: Arc<Pace>,
    /// By which queries go on that nobody swallows, where the kernel drops them all.
    pub(super) onward: Option<Arc<Onward>>,
    pub(super) is_dry: bool,
    pub(super) stop: Arc<AtomicBool>,
}

/// Raw sockets, one for each family.
#[derive(Debug)]
pub(super) struct Onward {
    pub(super) four: Socket,
    pub(super) six: Socket,
}

/// A packet that is not due yet.
pub(super) struct InjectedPacket {
    socket: Arc<PacketSocket>,
    path: LinkPath,
    client: IpAddr,
    packet: Vec<u8>,
    /// What observers are told of: the message in it.
    message: Option<Vec<u8>>,
    reply: Outgoing,
    pace: Arc<Pace>,
    is_dry: bool,
}

pub(super) struct Injector {
    context: InjectorContext,
    socket: Arc<PacketSocket>,
    packets: ForgedPackets,
    scratch: Scratch,
    observer: Observer,
    /// Addresses of the router: what is for them does not pass.
    own: Vec<IpAddr>,
    looked: Instant,
}

impl Injector {
    pub(super) fn new(socket: PacketSocket, context: InjectorContext) -> Self {
        Self {
            context,
            socket: Arc::new(socket),
            packets: ForgedPackets::default(),
            scratch: Scratch::default(),
            observer: Observer::new(OBSERVED_ANSWERS),
            own: own_addresses().unwrap_or_default(),
            looked: Instant::now(),
        }
    }

    /// Looks at what comes in until it is told to stop.
    pub(super) fn run(mut self) {
        let mut buffer = PacketBuffer::default();
        while !self.context.stop.load(Ordering::Relaxed) {
            let socket = Arc::clone(&self.socket);
            match socket.receive(&mut buffer) {
                Ok(Some((octets, path))) => self.take(octets, &path),
                Ok(None) => {}
                Err(error) => {
                    tracing::warn!(%error, "looking at packets");
                    thread::sleep(PAUSE);
                }
            }
            if self.looked.elapsed() >= LOOK {
                self.look();
            }
        }
    }

    /// Counts what passed unseen, and looks whether the router has other addresses.
    fn look(&mut self) {
        if let Ok(missed @ 1..) = self.socket.missed() {
            self.context.bounds.lost_many(Loss::Unseen, missed.into());
        }
        if let Ok(own) = own_addresses() {
            self.own = own;
        }
        self.looked = Instant::now();
    }

    fn take(&mut self, octets: &[u8], path: &LinkPath) {
        let Some(packet) = PassingPacket::read(octets) else { return };
        if self.own.contains(&packet.server.ip()) {
            return;
        }
        let mut is_swallowed = false;
        for message in packet.messages() {
            is_swallowed |= self.answer(&packet, message, path);
        }
        if let Some(onward) = self.context.onward.as_ref().filter(|_| !is_swallowed)
            && let Some(next) = forwarded(octets)
            && let Err(error) = onward.send(&next, packet.server)
        {
            tracing::debug!(%error, "passing a query on");
            self.context.bounds.lost(Loss::Datagram);
        }
    }

    /// Sends what is to be sent for a query, and says whether it goes no further.
    fn answer(&mut self, packet: &PassingPacket<'_>, message: &[u8], path: &LinkPath) -> bool {
        let Self { context, socket, packets, scratch, observer, .. } = self;
        let (at, serving) = (Instant::now(), context.serving.load());
        let (client, engine) = (packet.client, &serving.engine);
        let request = Request {
            octets: message,
            client: client.ip(),
            transport: packet.transport(),
            binding: serving.binding(0),
            role: ServerRole::OnPath,
            arrival: engine.settings.clock.now(),
        };
        let response = engine.respond(&request, scratch);
        observer.look(context.events.as_ref());
        let event = observer.begin(engine, &response, || {
            let (time, server) = (real_time(), packet.server);
            Some(Arrival { at, time, client, server, octets: message })
        });
        let forged = || response.transmissions.iter().filter(|sent| is_forged(sent));
        // The first one leaves at once: the plan counts from where the client is, we from here.
        let first = forged().map(|sent| sent.after).min().unwrap_or_default();
        for Transmission { after, payload, packet: form } in forged() {
            let (message, what) = match payload {
                Payload::Message(range, _) => {
                    let message = &response.octets[range.clone()];
                    (Some(message), ForgedPayload::Message(message))
                }
                Payload::Reset | Payload::AskUpstream => (None, ForgedPayload::Reset),
            };
            let Some(octets) = packets.write(*form, packet, what) else { continue };
            let after = *after - first;
            let injected = InjectedPacket {
                socket: Arc::clone(socket),
                path: *path,
                client: client.ip(),
                packet: octets,
                message: message.map(<[u8]>::to_vec),
                reply: Outgoing::new(event.clone(), after),
                pace: Arc::clone(&context.pace),
                is_dry: context.is_dry,
            };
            if after.is_zero() {
                context.delayed.send(injected);
            } else {
                context.delayed.send_at(at + after, injected);
            }
        }
        swallows(&response)
    }
}

/// Whether we send it: whoever was asked says what is honest, and what the protocol wants.
const fn is_forged(sent: &Transmission) -> bool {
    matches!(sent.payload, Payload::Message(_, Origin::Forged) | Payload::Reset)
}

/// Whether a query goes no further: who stands in the path has answered it, or a rule answers with
/// silence.
fn swallows(response: &Response<'_, '_, '_>) -> bool {
    let Some((rule, _)) = response.decision.and_then(|decision| decision.rule) else {
        return false;
    };
    let is_kept = response.transmissions.iter().any(|sent| sent.packet.in_path);
    is_kept || response.transmissions.is_empty() && !rule.answer.is_honest()
}

impl Delayable for InjectedPacket {
    fn client(&self) -> Option<IpAddr> {
        Some(self.client)
    }

    fn size(&self) -> usize {
        self.packet.len() + self.message.as_ref().map_or(0, Vec::len)
    }

    fn send(self, bounds: &Bounds) {
        let Self { socket, path, packet, message, reply, pace, is_dry, .. } = self;
        if !pace.allows() {
            bounds.lost(Loss::Injection);
            return;
        }
        let sent = if is_dry { Ok(()) } else { socket.send(&path, &packet) };
        if let Err(error) = &sent {
            tracing::debug!(%error, "sending a packet");
            bounds.lost(Loss::Datagram);
        }
        match message {
            Some(octets) => reply.left(&octets, sent.is_ok()),
            None if sent.is_ok() => reply.reset(),
            None => {}
        }
    }
}

impl Onward {
    fn send(&self, packet: &[u8], server: SocketAddr) -> std::io::Result<()> {
        let socket = if server.is_ipv4() { &self.four } else { &self.six };
        // A raw socket takes no port (raw(7), ipv6(7)).
        let to = SocketAddr::new(server.ip(), 0);
        socket.send_to(packet, &to.into()).map(|_| ())
    }
}
