/** Room on the disk that a stack is kept on. With too little of it nothing may be written: half a file is lost data. */
import { statfs } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "./errors.ts";

const MIB = 2 ** 20;

/** MiB that are free when a stack is started, while its job runs, before a held one goes on, and to save a stream. */
const ROOM = { start: 1024, run: 512, goOn: 640, save: 256 };

/** The disk of a running stack. */
export interface Disk {
	/** What to say of it while it is short of room; undefined while there is enough. */
	shortage(): string | undefined;
	/** Resolves when there is room, or the signal came: with whether room was short at any time since it was asked last. */
	room(): Promise<boolean>;
	/** Resolves when there is room to save what only the emulator's memory holds; says so where that has to be waited for. */
	roomToSave(): Promise<void>;
}

export interface DiskWatch {
	/** A directory that exists. */
	dir: string;
	say: (text: string) => void;
	/** Called each time that room has become short: what writes is to be stopped, in order, while there is some left. */
	onShort: () => Promise<void>;
	signal: AbortSignal;
	everyMs?: number;
	/** Bytes that are free; those of the directory's disk if left out. */
	free?: () => Promise<number>;
}

/** Throws {@link UserError} if the disk of a directory that exists has too little room for a stack to be started. */
export async function requireRoom(dir: string, free = () => freeBytes(dir)): Promise<void> {
	const mib = (await free()) / MIB;
	if (mib >= ROOM.start) return;
	throw new UserError(
		`The disk of ${dir} has ${sayMib(mib)} free, and a stack needs ${ROOM.start} MiB: free some (npm run clean removes old runs), or set TIDEMARK_STATE to a directory on another disk`,
	);
}

/** Watches the disk until the signal comes. */
export function watchDisk({
	dir,
	say,
	onShort,
	signal,
	everyMs = 1_000,
	free = () => freeBytes(dir),
}: DiskWatch): Disk {
	let shortage: string | undefined;
	let wasShort = false;

	async function look(): Promise<void> {
		const mib = (await free()) / MIB;
		if (shortage === undefined ? mib >= ROOM.run : mib < ROOM.goOn) return;
		if (shortage !== undefined) {
			shortage = undefined;
			say(`The disk of ${dir} has room again: ${sayMib(mib)}`);
			return;
		}
		wasShort = true;
		shortage = `the disk of ${dir} has only ${sayMib(mib)} free; the job goes on when ${ROOM.goOn} MiB are`;
		say(
			`The disk of ${dir} has only ${sayMib(mib)} free. The job is held: trades stay in the stream meanwhile and nothing is lost. It goes on when ${ROOM.goOn} MiB are free: free some, and leave the stack up`,
		);
		await onShort();
	}

	async function watch(): Promise<void> {
		while (!signal.aborted) {
			await look().catch((error) => say(`The disk of ${dir} cannot be watched: ${error}`));
			await sleep(everyMs, undefined, { signal }).catch(() => {});
		}
	}
	void watch();

	return {
		shortage: () => shortage,
		async room() {
			while (shortage !== undefined && !signal.aborted) await sleep(50);
			const was = wasShort;
			wasShort = false;
			return was;
		},
		async roomToSave() {
			const mib = async () => (await free()) / MIB;
			if ((await mib()) >= ROOM.save) return;
			say(
				`The disk of ${dir} has only ${sayMib(await mib())} free, and the stream is saved there when it is stopped: free ${ROOM.save} MiB and it is stopped then; Ctrl-C again would lose what is in the stream`,
			);
			while ((await mib()) < ROOM.save) await sleep(everyMs);
		},
	};
}

/** Bytes that this user may still write on the disk of a directory. */
async function freeBytes(dir: string): Promise<number> {
	const { bavail, bsize } = await statfs(dir);
	return bavail * bsize;
}

function sayMib(mib: number): string {
	return `${Math.floor(mib)} MiB`;
}
