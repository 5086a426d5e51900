//! The binary `skein`.
fn main() {
    std::process::exit(skein_interp::cli::main());
}
