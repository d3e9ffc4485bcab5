//! A source tree: its modules, what each of them imports, and which file defines an imported name.

use super::tokens::{Token, tokens, without_tests};
use std::collections::{BTreeMap, BTreeSet};

/// A module, by the names that lead to it from the root.
pub(super) type Module = Vec<String>;

/// A path of names to something of another module, in a `use` or in the midst of code.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reference {
    /// The file it stands in, and its line.
    pub(super) file: String,
    pub(super) line: usize,
    /// The module that it stands in.
    pub(super) module: Module,
    /// As written; a group of a `use` is taken apart.
    pub(super) path: Vec<String>,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    /// `use`, under this name.
    Import(String),
    /// `pub use`, which forwards a name, under this one.
    Reexport(String),
    /// A path in code.
    Inline,
}

impl Reference {
    /// Where it stands and how it is written.
    pub(super) fn shown(&self) -> String {
        let Self { file, line, path, .. } = self;
        let path = path.join("::");
        match &self.kind {
            Kind::Import(_) => format!("src/{file}:{line}: use {path};"),
            Kind::Reexport(_) => format!("src/{file}:{line}: pub use {path};"),
            Kind::Inline => format!("src/{file}:{line}: {path}"),
        }
    }
}

#[derive(Default)]
pub(super) struct Tree {
    /// Modules that are a file each.
    files: BTreeMap<Module, String>,
    /// Modules that stand inside a file.
    inside: BTreeSet<Module>,
    pub(super) references: Vec<Reference>,
}

impl Tree {
    /// Reads files, each with its path under `src`. `main.rs` is a crate of its own.
    pub(super) fn read<'t>(sources: impl IntoIterator<Item = (&'t str, &'t str)>) -> Self {
        let mut tree = Self::default();
        for (file, text) in sources.into_iter().filter(|(file, _)| *file != "main.rs") {
            let module = module_of(file);
            tree.files.insert(module.clone(), file.to_owned());
            let tokens = tokens(without_tests(text));
            let mut reader = Reader { file, tokens: &tokens, at: 0, module, tree: &mut tree };
            reader.read();
        }
        let tree = tree.without_foreign_paths();
        assert!(!tree.files.is_empty(), "no source files");
        tree
    }

    fn is_module(&self, module: &[String]) -> bool {
        self.files.contains_key(module) || self.inside.contains(module)
    }

    /// Leaves out the paths in code that lead to no module of the tree, such as `Vec::new`.
    fn without_foreign_paths(mut self) -> Self {
        let all = std::mem::take(&mut self.references);
        let (mut inline, uses): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|one| one.kind == Kind::Inline);
        self.references = uses;
        inline.retain(|one| {
            let first = &one.path[0];
            ["crate", "self", "super"].contains(&first.as_str())
                || self.is_module(&child(&one.module, first))
                || self.imported(&one.module, first).is_some_and(|import| {
                    let found = self.resolve(&one.module, &import.path);
                    found.is_some_and(|found| found.is_module)
                })
        });
        self.references.extend(inline);
        self
    }

    /// The file that a module stands in.
    pub(super) fn file_of(&self, module: &[String]) -> &str {
        let lengths = (0..=module.len()).rev();
        lengths
            .into_iter()
            .find_map(|length| self.files.get(&module[..length]))
            .map_or("lib.rs", String::as_str)
    }

    /// What a module calls so by one of its `use` lines.
    fn imported(&self, module: &[String], name: &str) -> Option<&Reference> {
        self.references.iter().find(|one| {
            let named = match &one.kind {
                Kind::Import(named) | Kind::Reexport(named) => named == name,
                Kind::Inline => false,
            };
            named && one.module == module
        })
    }

    /// Where something is defined; nothing when it is of another crate.
    pub(super) fn resolve(&self, from: &[String], path: &[String]) -> Option<Found> {
        self.resolve_within(from, path, 0)
    }

    /// Names may be forwarded from module to module, but not for ever.
    fn resolve_within(&self, from: &[String], path: &[String], hops: usize) -> Option<Found> {
        const MOST_HOPS: usize = 32;
        if hops > MOST_HOPS {
            return None;
        }
        let forwarded = |module: &[String], name: &str, rest: &[String]| {
            let import = self.imported(module, name)?;
            let path = [&import.path[..], rest].concat();
            Some(self.resolve_within(module, &path, hops + 1))
        };
        let (mut at, rest) = self.begin(from, path);
        if rest.len() == path.len() {
            let (first, rest) = path.split_first()?;
            if !self.is_module(&child(from, first)) {
                return forwarded(from, first, rest)?;
            }
        }
        for (index, name) in rest.iter().enumerate() {
            if self.is_module(&child(&at, name)) {
                at.push(name.clone());
            } else if let Some(found) = forwarded(&at, name, &rest[index + 1..]) {
                return found;
            } else {
                return Some(Found { module: at, is_module: false });
            }
        }
        Some(Found { module: at, is_module: true })
    }

    /// The module that a path begins in, and the path from there.
    fn begin<'p>(&self, from: &[String], path: &'p [String]) -> (Module, &'p [String]) {
        let mut at = from.to_vec();
        let mut rest = path;
        while let [first, behind @ ..] = rest {
            match first.as_str() {
                "crate" => at.clear(),
                "self" => {}
                "super" => _ = at.pop(),
                _ => break,
            }
            rest = behind;
        }
        (at, rest)
    }

    /// The top-level module that a path leads into, as written; `lib` for what is defined beside
    /// them, nothing for another crate.
    pub(super) fn top(&self, reference: &Reference) -> Option<String> {
        let found = self.resolve(&reference.module, &reference.path)?;
        let (at, rest) = self.begin(&reference.module, &reference.path);
        let first = at
            .first()
            .or(rest.first())
            .filter(|first| self.is_module(std::slice::from_ref(*first)));
        Some(first.or(found.module.first()).cloned().unwrap_or_else(|| "lib".to_owned()))
    }
}

/// Where something is defined.
#[derive(Debug, PartialEq)]
pub(super) struct Found {
    pub(super) module: Module,
    /// It is that module itself.
    is_module: bool,
}

fn child(module: &[String], name: &str) -> Module {
    [module, &[name.to_owned()]].concat()
}

fn module_of(file: &str) -> Module {
    let path = file.trim_end_matches(".rs").trim_end_matches("/mod");
    if path == "lib" { Vec::new() } else { path.split('/').map(str::to_owned).collect() }
}

/// Reads one file.
struct Reader<'r, 't> {
    file: &'r str,
    tokens: &'r [Token<'t>],
    at: usize,
    /// The module that is being read: the file's, or one inside.
    module: Module,
    tree: &'r mut Tree,
}

impl Reader<'_, '_> {
    fn text(&self, at: usize) -> &str {
        self.tokens.get(at).map_or("", |token| token.text)
    }

    /// The text of the token that is so many before this one.
    fn before(&self, many: usize) -> &str {
        self.at.checked_sub(many).map_or("", |at| self.text(at))
    }

    fn add(&mut self, line: usize, path: Vec<String>, kind: Kind) {
        let (file, module) = (self.file.to_owned(), self.module.clone());
        self.tree.references.push(Reference { file, line, module, path, kind });
    }

    fn read(&mut self) {
        // Of each open brace, whether a module inside the file began with it.
        let mut braces = Vec::new();
        while self.at < self.tokens.len() {
            match self.text(self.at) {
                "use" if self.text(self.at + 1) != "<" => self.read_use(),
                "mod" if self.text(self.at + 2) == "{" => {
                    self.module.push(self.text(self.at + 1).to_owned());
                    self.tree.inside.insert(self.module.clone());
                    braces.push(true);
                    self.at += 3;
                }
                "{" => {
                    braces.push(false);
                    self.at += 1;
                }
                "}" => {
                    if braces.pop() == Some(true) {
                        self.module.pop();
                    }
                    self.at += 1;
                }
                _ => self.read_inline(),
            }
        }
    }

    /// A path in code, or any other token.
    fn read_inline(&mut self) {
        let token = self.tokens[self.at];
        let inside_another = ["::", ".", "$"].contains(&self.before(1));
        let of_visibility = self.before(1) == "in" && self.before(3) == "pub";
        let begins = token.is_word() && self.text(self.at + 1) == "::";
        if !begins || inside_another || of_visibility {
            self.at += 1;
            return;
        }
        let mut path = vec![token.text.to_owned()];
        while self.text(self.at + 1) == "::"
            && self.tokens.get(self.at + 2).is_some_and(Token::is_word)
        {
            path.push(self.text(self.at + 2).to_owned());
            self.at += 2;
        }
        self.at += 1;
        self.add(token.line, path, Kind::Inline);
    }

    fn read_use(&mut self) {
        let within = self.before(1) == ")" && (2..6).any(|many| self.before(many) == "pub");
        let forwards = self.before(1) == "pub" || within;
        self.at += 1;
        self.read_tree(&[], forwards);
    }

    /// What stands in a `use` behind the names of `prefix`.
    fn read_tree(&mut self, prefix: &[String], forwards: bool) {
        let mut path = prefix.to_vec();
        loop {
            match self.text(self.at) {
                "{" => {
                    self.at += 1;
                    while !["}", ""].contains(&self.text(self.at)) {
                        if self.text(self.at) == "," {
                            self.at += 1;
                        } else {
                            self.read_tree(&path, forwards);
                        }
                    }
                    self.at += 1;
                    return;
                }
                "::" => self.at += 1,
                _ => {
                    let token = self.tokens[self.at];
                    path.push(token.text.to_owned());
                    self.at += 1;
                    if self.text(self.at) != "::" {
                        return self.end_tree(token.line, path, forwards);
                    }
                }
            }
        }
    }

    fn end_tree(&mut self, line: usize, mut path: Vec<String>, forwards: bool) {
        // `{self}` is the module of the group, and `*` whatever is in it.
        if path.len() > 1 && path.last().is_some_and(|last| last == "self" || last == "*") {
            path.pop();
        }
        let mut name = path.last().cloned().unwrap_or_default();
        if self.text(self.at) == "as" {
            name = self.text(self.at + 1).to_owned();
            self.at += 2;
        }
        let kind = if forwards { Kind::Reexport(name) } else { Kind::Import(name) };
        self.add(line, path, kind);
    }
}
