//! Circles of imports between files.

use super::tree::{Kind, Reference, Tree};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Of each file, the other files that it imports from, and by which line.
type Graph<'t> = BTreeMap<&'t str, BTreeMap<&'t str, &'t Reference>>;

/// All circles, each shown with the line that makes each step; of those that share files, the
/// shortest ones. Steps from one file to another that are tolerated are not taken.
pub(super) fn circles(tree: &Tree, tolerated: &[(&str, &str)]) -> Vec<String> {
    let graph = graph(tree, tolerated);
    let (mut shown, mut seen) = (Vec::new(), BTreeSet::new());
    for file in graph.keys() {
        if seen.contains(file) {
            continue;
        }
        if let Some(steps) = shortest(&graph, file) {
            seen.extend(steps.iter().map(|(from, ..)| *from));
            shown.push(show(&steps));
        }
    }
    shown
}

fn graph<'t>(tree: &'t Tree, tolerated: &[(&str, &str)]) -> Graph<'t> {
    let mut graph = Graph::new();
    for reference in &tree.references {
        // Who forwards a name does not use it.
        if matches!(reference.kind, Kind::Reexport(_)) {
            continue;
        }
        let Some(found) = tree.resolve(&reference.module, &reference.path) else { continue };
        let (from, to) = (tree.file_of(&reference.module), tree.file_of(&found.module));
        if from != to && !tolerated.contains(&(from, to)) {
            graph.entry(from).or_default().entry(to).or_insert(reference);
        }
    }
    graph
}

/// A step from a file to another, and the line that makes it.
type Step<'t> = (&'t str, &'t str, &'t Reference);

/// The shortest way from a file back to itself.
fn shortest<'t>(graph: &Graph<'t>, start: &'t str) -> Option<Vec<Step<'t>>> {
    let mut came_by: BTreeMap<&str, Step<'t>> = BTreeMap::new();
    let mut waiting = VecDeque::from([start]);
    while let Some(from) = waiting.pop_front() {
        for (to, reference) in graph.get(from).into_iter().flatten() {
            if came_by.contains_key(to) {
                continue;
            }
            came_by.insert(to, (from, to, reference));
            waiting.push_back(to);
        }
        if came_by.contains_key(start) {
            break;
        }
    }
    let mut steps = vec![*came_by.get(start)?];
    while steps[0].0 != start {
        steps.insert(0, came_by[steps[0].0]);
    }
    Some(steps)
}

fn show(steps: &[Step<'_>]) -> String {
    let files: Vec<_> = steps.iter().map(|(from, ..)| *from).chain([steps[0].0]).collect();
    let lines = steps.iter().map(|(.., reference)| format!("\n  {}", reference.shown()));
    files.join(" -> ") + &lines.collect::<String>()
}
