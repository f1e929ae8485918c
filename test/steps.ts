/** Steps of a test run, some of them side by side. */
import { spawn } from "node:child_process";

/** Tests that passed and failed. */
export interface Counted {
	passed: number;
	failed: number;
}

/** A program that checks something. */
export interface Step {
	name: string;
	command: string[];
	env?: NodeJS.ProcessEnv;
	/** Reads what the runner reported; a step without is one check that passes or fails. */
	report?: () => Counted;
	/** Whether it may find nothing to run here and say so. */
	optional?: boolean;
}

/** A step that has ended. */
export interface Ended extends Counted {
	name: string;
	seconds: number;
}

/** Where steps run. */
export interface Place {
	cwd: string;
	env: NodeJS.ProcessEnv;
	/** Writes text for whoever watches. */
	write: (text: string) => void;
	/** Called as each step ends. */
	onEnd?: (ended: Ended) => void;
}

/**
 * Runs lanes of steps side by side, the steps of a lane one after the other, and returns all that ended, lane by lane. The
 * first lane writes to the terminal as it goes; what a step of another one wrote comes in one piece when the step has ended.
 */
export async function runLanes(lanes: readonly Step[][], place: Place): Promise<Ended[]> {
	const running = lanes.map(async (steps, lane) => {
		const ended: Ended[] = [];
		for (const step of steps) {
			const one = await runStep(step, place, lane > 0);
			ended.push(one);
			place.onEnd?.(one);
		}
		return ended;
	});
	return (await Promise.all(running)).flat();
}

async function runStep(step: Step, place: Place, held: boolean): Promise<Ended> {
	const started = Date.now();
	const title = `\n── ${step.name}\n`;
	if (!held) place.write(title);
	const { code, output } = await run(step, place, held);
	if (held) place.write(`${title}${output}`);
	const counted = step.report?.() ?? { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
	const none = counted.passed === 0 && !step.optional;
	// A runner that ends badly without a failed test, or well without any test, has failed as a whole.
	const failed = counted.failed === 0 && (code !== 0 || none) ? 1 : counted.failed;
	return { name: step.name, passed: counted.passed, failed, seconds: (Date.now() - started) / 1000 };
}

function run({ command: [program = "", ...args], env }: Step, place: Place, held: boolean) {
	return new Promise<{ code: number; output: string }>((resolve, reject) => {
		const child = spawn(program, args, {
			cwd: place.cwd,
			stdio: held ? ["ignore", "pipe", "pipe"] : "inherit",
			env: { ...place.env, ...env },
		});
		let output = "";
		for (const stream of [child.stdout, child.stderr])
			stream?.setEncoding("utf8").on("data", (text: string) => {
				output += text;
			});
		child.on("error", reject);
		child.on("close", (code) => resolve({ code: code ?? 1, output }));
	});
}
