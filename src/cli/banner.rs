//! What `serve` says at its start.

use super::{check, countries, layout::say_wrapped, style};
use crate::{clock::Clock, config::ListenerSpec, engine::Engine, model::Binding};
use std::net::IpAddr;

/// What listens where, who is governed by what, and a line to paste.
pub(super) fn print(engine: &Engine, listeners: &[ListenerSpec]) {
    let (version, head) = (env!("CARGO_PKG_VERSION"), style::HEAD);
    let day = match engine.settings.clock {
        Clock::Real => format!("today is {}", engine.settings.clock.today()),
        Clock::Pretended(moment) => {
            format!("pretending that it is {}", moment.strftime("%F %R UTC"))
        }
    };
    say!("{head}splinterdns {version}{head:#}");
    say_wrapped(&format!("{}; {day}", check::summary(engine)));
    for listener in listeners {
        let bound = listener
            .binding
            .as_ref()
            .map_or(String::new(), |bound| format!(", every client in {bound}"));
        say!("listening on {head}{}{head:#} by UDP and TCP{bound}", listener.address);
    }
    let upstream: Vec<_> = engine.settings.upstream.iter().map(ToString::to_string).collect();
    match upstream[..] {
        [] => say_wrapped(
            "no upstream: a name that no zone holds gets SERVFAIL \
             (--upstream ADDR:PORT asks a resolver)",
        ),
        _ => say_wrapped(&format!("upstream: {}", upstream.join(", "))),
    }
    if listeners.iter().all(|listener| listener.binding.is_some()) {
        say!("");
        say_wrapped(
            "every listener is bound to a country; \
             `splinterdns countries` lists the networks of its operators",
        );
    } else {
        say!("");
        countries::table(&engine.policy, false).print();
        let others = engine
            .policy
            .default_country()
            .map_or("get honest answers".to_owned(), |country| format!("are in {}", country.code));
        say!("");
        say_wrapped(&format!(
            "other clients {others}; `splinterdns countries` lists the operators"
        ));
    }
    if let Some(line) = dig_line(engine, listeners) {
        say!("\ntry:  {head}{line}{head:#}");
    }
}

/// A question that the first country with a client on this machine is asked, in `dig`'s words.
fn dig_line(engine: &Engine, listeners: &[ListenerSpec]) -> Option<String> {
    let listener = listeners.first()?;
    let server = if listener.address.ip().is_unspecified() {
        IpAddr::from([127, 0, 0, 1])
    } else {
        listener.address.ip()
    };
    let port = listener.address.port();
    let default = engine.policy.default_country().map(|country| Binding::to(country.code));
    let bound = listener.binding.clone().or(default);
    let country = match &bound {
        Some(bound) => engine.policy.country(bound.country),
        None => "CN"
            .parse()
            .ok()
            .and_then(|code| engine.policy.country(code))
            .or_else(|| engine.policy.countries().first()),
    };
    let client = country?.client()?;
    let from = bound.is_none() && client.is_loopback() && server.is_loopback();
    let from = if from { format!(" -b {client}") } else { String::new() };
    let jurisdiction = engine.policy.jurisdiction(client, bound.as_ref());
    let name = jurisdiction.blocked_on(engine.settings.clock.today()).unwrap_or("example.com");
    Some(format!("dig{from} -p {port} @{server} {name}"))
}
