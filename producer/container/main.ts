/**
 * The container's program. `produce FEED …` is what `tidemark produce` is; `check FEED …` only reads the command line and
 * ends with 0 if it is in order, which the stack asks before it is deployed.
 */
import { Command, CommanderError } from "commander";
import { produceCommand } from "../command.ts";
import { UserError } from "../errors.ts";

const check = produceCommand().name("check").description("read the command line of a feed, and send nothing");
for (const feed of check.commands) feed.action(() => {});
const program = new Command("tidemark").addCommand(produceCommand()).addCommand(check);
// Subcommands do not inherit it.
for (const each of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) {
	each.exitOverride();
}

try {
	await program.parseAsync();
} catch (error) {
	process.exitCode = error instanceof CommanderError ? error.exitCode : 1;
	// Commander has said what was wrong.
	if (error instanceof UserError) process.stderr.write(`tidemark: ${error.message}\n`);
	else if (!(error instanceof CommanderError)) process.stderr.write(`${Object(error).stack ?? String(error)}\n`);
}
