//! Source trees that are made up, to see that names are followed to the files that define them.

use super::{broken_rungs, circles::circles, tree::Tree};

/// Which file defines what the first `use`, or else the first path, of a file leads to.
fn defined_in(sources: &[(&str, &str)], file: &str) -> Option<String> {
    let tree = Tree::read(sources.iter().copied());
    let reference = tree.references.iter().find(|one| one.file == file).expect("a reference");
    let found = tree.resolve(&reference.module, &reference.path)?;
    Some(tree.file_of(&found.module).to_owned())
}

fn circles_of(sources: &[(&str, &str)]) -> Vec<String> {
    circles(&Tree::read(sources.iter().copied()), &[])
}

#[test]
fn a_name_is_followed_to_the_file_that_defines_it() {
    let tree = [
        ("lib.rs", "pub mod a; pub mod b; pub mod user;"),
        (
            "a.rs",
            "mod one; mod two; pub use one::One; pub(crate) use two::Two as Deux; struct Own;",
        ),
        ("a/one.rs", "pub struct One;"),
        ("a/two.rs", "pub(super) use deep::Two; mod deep;"),
        ("a/two/deep.rs", "pub struct Two;"),
        ("b.rs", "use crate::a::One; mod child; mod inside { pub struct Inner; }"),
    ];
    let of = |text: &str| defined_in(&[&tree[..], &[("b/child.rs", text)]].concat(), "b/child.rs");
    for (text, file) in [
        ("use crate::a::One;", "a/one.rs"),
        ("use crate::a::{self};", "a.rs"),
        ("use crate::{a::{Own, One}};", "a.rs"),
        ("use crate::a::Deux as Zwei;", "a/two/deep.rs"),
        ("use crate::a::two::deep::Two;", "a/two/deep.rs"),
        ("use crate::a::Own;", "a.rs"),
        ("use super::One;", "a/one.rs"),
        ("use super::inside::Inner;", "b.rs"),
        ("use super::super::a::one;", "a/one.rs"),
        ("use self::super::One;", "a/one.rs"),
        ("mod inner { use super::super::One; }", "a/one.rs"),
        ("fn f() { crate::a::Deux::new(); }", "a/two/deep.rs"),
        ("fn f() -> Vec<super::inside::Inner> { Vec::new() }", "b.rs"),
    ] {
        assert_eq!(of(text).as_deref(), Some(file), "{text}");
    }
    assert_eq!(of("use std::fmt;"), None);
    assert_eq!(of("use ::a::One;"), None, "another crate");
}

#[test]
fn a_path_that_begins_with_an_imported_module_is_followed() {
    let tree = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "mod one; pub use one::make;"),
        ("a/one.rs", "use crate::b; pub fn make() { b::make(); String::new(); }"),
        ("b.rs", "use crate::a; fn make() { a::make(); }"),
    ];
    let tree = Tree::read(tree);
    let paths: Vec<_> = tree.references.iter().map(|one| one.path.join("::")).collect();
    assert!(paths.contains(&"a::make".to_owned()), "{paths:?}");
    assert!(!paths.contains(&"String::new".to_owned()), "{paths:?}");
    assert_eq!(
        circles(&tree, &[]),
        ["a/one.rs -> b.rs -> a/one.rs\n  src/a/one.rs:1: use crate::b;\n  src/b.rs:1: a::make"]
    );
}

#[test]
fn a_circle_through_a_reexport_is_found_and_shown_with_its_lines() {
    let found = circles_of(&[
        ("lib.rs", "mod policy;"),
        ("policy.rs", "mod matcher;\nmod parts;\npub(super) use matcher::TooMany;"),
        ("policy/matcher.rs", "use super::{\n    Name,\n    parts::{Other, Parts},\n};"),
        ("policy/parts.rs", "\nuse super::TooMany;\npub struct Parts;"),
    ]);
    assert_eq!(
        found,
        ["policy/matcher.rs -> policy/parts.rs -> policy/matcher.rs\n  \
          src/policy/matcher.rs:3: use super::parts::Other;\n  \
          src/policy/parts.rs:2: use super::TooMany;"]
    );
}

#[test]
fn to_import_from_a_child_that_imports_from_its_parent_is_a_circle() {
    let found = circles_of(&[
        ("lib.rs", "mod a;"),
        ("a.rs", "mod one; use one::One; pub struct Rule;"),
        ("a/one.rs", "use super::Rule; pub struct One;"),
    ]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("a.rs -> a/one.rs -> a.rs\n"), "{found:?}");
}

#[test]
fn circles_of_three_files_and_by_paths_in_code_are_found() {
    let found = circles_of(&[
        ("lib.rs", "mod a; mod b; mod c;"),
        ("a.rs", "use crate::b::B; pub struct A;"),
        ("b.rs", "fn f(c: crate::c::C) {} pub struct B;"),
        ("c.rs", "fn f() { super::a::g(); } pub struct C;"),
    ]);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("a.rs -> b.rs -> c.rs -> a.rs\n"), "{found:?}");
}

#[test]
fn what_is_no_circle_is_not_taken_for_one() {
    let found = circles_of(&[
        ("lib.rs", "pub mod a; pub mod b; pub use a::One;"),
        // The parent forwards names of both children, and one child imports the other's by it.
        ("a.rs", "mod one; mod two;\npub use one::One;\npub use two::{Two, make};"),
        ("a/one.rs", "// use super::Two;\npub struct One; const X: &str = \"crate::a::Two\";"),
        (
            "a/two.rs",
            "use super::One; pub(in crate::a) struct Two;\n#[cfg(test)]\nuse crate::b::B;",
        ),
        ("b.rs", "use crate::a::{One, Two}; use std::fmt; pub struct B; impl fmt::Debug for B {}"),
    ]);
    assert_eq!(found, [""; 0]);
}

#[test]
fn a_step_that_is_tolerated_is_not_taken() {
    let tree = [("a.rs", "use crate::b::B; struct A;"), ("b.rs", "use crate::a::A; struct B;")];
    let tree = Tree::read(tree);
    assert_eq!(circles(&tree, &[]).len(), 1);
    assert_eq!(circles(&tree, &[("b.rs", "a.rs")]), [""; 0]);
}

#[test]
fn an_import_from_a_higher_rung_is_shown_with_its_line() {
    let tree = Tree::read([
        ("lib.rs", "pub mod low; pub mod high; pub mod new; pub struct Root;"),
        ("low.rs", "mod deep;\npub struct Low;"),
        ("low/deep.rs", "use super::Low;\n\nuse crate::{\n    high::High,\n};\nuse std::fmt;"),
        ("high.rs", "pub use crate::low::Low; fn f() { super::new::f(); }\nuse crate::Root;"),
        ("new.rs", "fn f() {}"),
    ]);
    let (broken, all) = broken_rungs(&tree, &[("low", 0), ("high", 1)]);
    assert_eq!(
        broken,
        [
            "src/low/deep.rs:4: use crate::high::High;\n  low is on rung 0, high on rung 1",
            "src/high.rs:2: use crate::Root;\n  lib has no rung",
            "src/high.rs:1: super::new::f\n  new has no rung",
        ]
    );
    assert_eq!(all, 5);
}
