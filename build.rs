//! Links the command for a quick start.
//!
//! At a fixed address the loader has no relocations to apply to its tables of constants, which were a third of
//! the time to start (160 pages written before `main`); and the unwinder is linked into it, so that
//! one library less is loaded.

use std::env;
use std::path::PathBuf;

fn main() {
    let target = |name: &str| env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    if target("OS") == "linux" {
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
    if target("OS") == "linux" && target("ENV") == "gnu" {
        // The compiler asks for `-lgcc_s`; here is one that stands for gcc's static libraries.
        let folder = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
        let script = "GROUP ( -lgcc_eh -lgcc )\n";
        std::fs::write(folder.join("libgcc_s.a"), script).expect("OUT_DIR can be written");
        println!("cargo:rustc-link-search=native={}", folder.display());
    }
    println!("cargo:rerun-if-changed=build.rs");
}
