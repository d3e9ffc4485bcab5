//! What `serve` says at its start.

use super::{check, countries, hint, layout::say_wrapped, style};
use crate::{
    block_page::BlockPages, clock::Clock, config::ListenerSpec, engine::Engine, page::Page,
};

/// What listens where, who is governed by what, and a line to paste.
pub(super) fn print(
    engine: &Engine,
    listeners: &[ListenerSpec],
    page: Option<&Page>,
    block_pages: Option<&BlockPages>,
) {
    let head = style::HEAD;
    say_what_it_is(engine);
    if !engine.replaced.is_empty() {
        let codes: Vec<_> = engine.replaced.iter().map(ToString::to_string).collect();
        say_wrapped(&format!("yours, in the place of the shipped ones: {}", codes.join(", ")));
    }
    for listener in listeners {
        let bound = listener
            .binding
            .as_ref()
            .map_or(String::new(), |bound| format!(", every client in {bound}"));
        say!("listening on {head}{}{head:#} by UDP and TCP{bound}", listener.address);
    }
    if let Some(pages) = block_pages {
        let addresses: Vec<_> = pages.addresses().iter().map(ToString::to_string).collect();
        say!("block pages at {head}{}{head:#}", addresses.join(", "));
    }
    say_whom_it_asks(engine);
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
    hint::print(engine, listeners);
    // What a teacher puts on the board comes last, where it is seen.
    if let Some(page) = page {
        say!("");
        let urls = page.urls(hint::reachable(page.address()));
        urls.iter().for_each(|(what, url)| say!("{what} {head}{url}{head:#}"));
    }
}

/// Who is asked for what no rule is about and no zone holds.
fn say_whom_it_asks(engine: &Engine) {
    let upstream: Vec<_> = engine.settings.upstream.iter().map(ToString::to_string).collect();
    if engine.settings.transparent {
        say_wrapped(
            "transparent: whatever no rule is about is asked of the server to which it was sent",
        );
    }
    match upstream[..] {
        _ if engine.settings.transparent => {}
        [] => say_wrapped(
            "no upstream: a name that no zone holds gets SERVFAIL \
             (--upstream ADDR:PORT asks a resolver)",
        ),
        _ => say_wrapped(&format!("upstream: {}", upstream.join(", "))),
    }
}

/// The program, what it has read, and the day.
pub(super) fn say_what_it_is(engine: &Engine) {
    let (version, head) = (env!("CARGO_PKG_VERSION"), style::HEAD);
    let day = match engine.settings.clock {
        Clock::Real => format!("today is {}", engine.settings.clock.today()),
        Clock::Pretended(moment) => {
            format!("pretending that it is {}", moment.strftime("%F %R UTC"))
        }
    };
    say!("{head}splinterdns {version}{head:#}");
    say_wrapped(&format!("{}; {day}", check::summary(engine)));
}
