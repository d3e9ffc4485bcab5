//! The pages themselves. All that comes from outside, names and rules, is untrusted text.

use super::connections::Visit;
use crate::survey::{Landing, PageAddresses, citation_in_words, period};
use jiff::civil::Date;
use std::fmt::{self, Display, Formatter};

/// The page of a name that a rule is about.
pub(super) struct Blocked<'p> {
    pub(super) name: &'p str,
    pub(super) visit: Visit,
    pub(super) landing: &'p Landing<'p>,
    /// Whether a rule leads to the address that was asked.
    pub(super) is_known_page: bool,
    pub(super) today: Date,
}

/// The page of one that no rule is about.
pub(super) struct Elsewhere<'p> {
    pub(super) name: &'p str,
    pub(super) visit: Visit,
    pub(super) pages: &'p PageAddresses,
}

/// A text that means nothing to a browser.
struct Text<'t, T>(&'t T);

impl<T: Display> Display for Text<'_, T> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        for letter in self.0.to_string().chars() {
            match letter {
                '&' => out.write_str("&amp;"),
                '<' => out.write_str("&lt;"),
                '>' => out.write_str("&gt;"),
                '"' => out.write_str("&quot;"),
                '\'' => out.write_str("&#39;"),
                letter => write!(out, "{letter}"),
            }?;
        }
        Ok(())
    }
}

const STYLE: &str = include_str!("style.css");

/// What a page says to who came by HTTP, and to who came by HTTPS; `{name}` is the name.
const BY_HTTP: &str = include_str!("by-http.html");
const BY_HTTPS: &str = include_str!("by-https.html");

fn head(out: &mut Formatter<'_>, title: &impl Display) -> fmt::Result {
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{0}</title>\n\
         <style>{STYLE}</style>\n<main>\n<h1>{0}</h1>\n",
        Text(title)
    )
}

impl Display for Blocked<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Self { name, visit, landing, .. } = self;
        let (country, rule) = (landing.country, landing.rule);
        head(out, &format_args!("{name} is blocked in {}", country.name))?;
        let place = if self.is_known_page {
            format!("the page that stood at {}", visit.address)
        } else {
            "a block page".to_owned()
        };
        writeln!(
            out,
            "<p class=\"lab\">This page is a lab's: splinterdns serves it in the place of {}. \
             Nobody has blocked anything here.</p>",
            Text(&place)
        )?;
        writeln!(out, "<h2>What has led you here</h2>\n<dl>")?;
        let row = |out: &mut Formatter<'_>, what: &str, value: &dyn Display| {
            writeln!(out, "<dt>{what}</dt><dd>{}</dd>", Text(&value))
        };
        row(out, "Name", name)?;
        row(out, "Country", &format_args!("{} ({})", country.name, country.code))?;
        if let Some(operator) = landing.operator {
            row(out, "Network", &operator.name)?;
        }
        row(out, "Rule", &rule.id)?;
        row(out, "What DNS said", &landing.answers.join("; "))?;
        row(out, "In force", &period::sentence(rule))?;
        row(out, "Looked at on", &self.today)?;
        row(out, "Evidence", &rule.evidence.as_str())?;
        for source in &rule.sources {
            row(out, "Source", &citation_in_words(source))?;
        }
        writeln!(out, "</dl>")?;
        self.lesson(out)?;
        writeln!(out, "</main>")
    }
}

impl Blocked<'_> {
    fn lesson(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Self { name, visit, landing, .. } = self;
        let (name, code) = (Text(name), landing.country.code);
        let operator = landing.operator.map(|operator| format!(" --operator {}", operator.slug));
        let operator = operator.unwrap_or_default();
        let operator = Text(&operator);
        let lesson = if visit.is_secure { BY_HTTPS } else { BY_HTTP };
        out.write_str(&lesson.replace("{name}", &name.to_string()))?;
        write!(
            out,
            "<h2>What to try next</h2>\n<pre>dig {name}\n\
             splinterdns explain {name} --country {code}{operator}\n\
             splinterdns timeline {name}\n\
             splinterdns cite {}</pre>\n\
             <p>The first shows the lie, the second why it is told, the third where and when \
             else, the last what it rests on.</p>\n",
            Text(&landing.rule.id)
        )
    }
}

impl Display for Elsewhere<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Self { name, visit, pages } = self;
        head(out, &format_args!("Nothing leads from {name} to here"))?;
        writeln!(
            out,
            "<p class=\"lab\">This is a lab: splinterdns serves the block pages of its countries, \
             and no rule that holds now leads anybody from this name to {}.</p>",
            Text(&visit.address)
        )?;
        if let Some(there) = pages.get(&visit.address) {
            writeln!(out, "<p>At this address stands the page of:</p>\n<ul>")?;
            for (country, operator) in there {
                let operator = operator.as_deref().map_or(String::new(), |slug| format!("/{slug}"));
                writeln!(out, "<li>{}</li>", Text(&format_args!("{country}{operator}")))?;
            }
            writeln!(out, "</ul>")?;
        }
        writeln!(
            out,
            "<p>A name is led here by DNS: ask for one that is blocked, such as those that \
             <code>splinterdns names --country CC</code> lists.</p>\n</main>"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn what_comes_from_outside_is_text() {
        let hostile = "<script>alert('x')</script>&\"";
        let shown = Text(&hostile).to_string();
        assert_eq!(shown, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;&quot;");
    }
}
