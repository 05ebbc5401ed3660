//! `completions` and `man`: both are printed from the argument table.

use std::io::{self, Write};

use clap::Command;
use clap_complete::Shell;

/// Prints completions for a shell.
pub fn completions(shell: Shell, table: &mut Command) -> anyhow::Result<()> {
    let mut page = Vec::new();
    clap_complete::generate(shell, table, "lightproof", &mut page);
    Ok(io::stdout().lock().write_all(&page)?)
}

/// Prints the man page: of the command, and one section for each of its subcommands and theirs.
pub fn man(table: Command) -> anyhow::Result<()> {
    let mut table = table;
    table.build();
    let mut page = Vec::new();
    clap_mangen::Man::new(table.clone()).render(&mut page)?;
    sections(&mut page, "LIGHTPROOF", &table)?;
    Ok(io::stdout().lock().write_all(&page)?)
}

fn sections(page: &mut Vec<u8>, above: &str, table: &Command) -> anyhow::Result<()> {
    for command in table.get_subcommands().filter(|c| c.get_name() != "help") {
        let name = format!("{above} {}", command.get_name().to_uppercase());
        writeln!(page, ".SH \"{name}\"")?;
        let man = clap_mangen::Man::new(command.clone());
        man.render_synopsis_section(page)?;
        man.render_description_section(page)?;
        man.render_options_section(page)?;
        sections(page, &name, command)?;
    }
    Ok(())
}
