//! Configs and zones are compiled in; cargo would not notice a new file by itself.

fn main() {
    println!("cargo::rerun-if-changed=configs");
    println!("cargo::rerun-if-changed=zones");
}
