/** Keyboard shortcuts, and the dialog that lists them. */

export interface Shortcut {
	/** As `KeyboardEvent.key` has it. */
	key: string;
	what: string;
	/** The id of the dialog that it opens and closes. */
	dialog?: string;
	run(): void;
}

/** Where a letter is text, or means something of its own. */
const TYPING = "input, select, textarea, [contenteditable]";

/**
 * Runs shortcuts while `enabled` says so. Keys with a modifier belong to the browser, those in a field are text, and while
 * a dialog is open there is but the one that closes it again.
 */
export function listenForKeys(shortcuts: Shortcut[], enabled: () => boolean): void {
	document.addEventListener("keydown", (event) => {
		if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || !enabled()) return;
		const shortcut = shortcuts.find(({ key }) => key === event.key);
		const target = event.target instanceof Element ? event.target : document.body;
		if (!shortcut || target.closest(TYPING)) return;
		const open = document.querySelector("dialog[open]");
		if (open && open.id !== shortcut.dialog) return;
		event.preventDefault();
		shortcut.run();
	});
}

/** Writes the list of shortcuts into a `dl`. */
export function listShortcuts(list: HTMLElement, shortcuts: Shortcut[]): void {
	const rows = shortcuts.map(({ key, what }) => {
		const row = document.createElement("div");
		const term = document.createElement("dt");
		const name = document.createElement("kbd");
		name.textContent = key;
		term.append(name);
		const meaning = document.createElement("dd");
		meaning.textContent = what;
		row.append(term, meaning);
		return row;
	});
	list.replaceChildren(...rows);
}

/** Opens a dialog, or closes it where it is open. */
export function toggle(dialog: HTMLDialogElement): void {
	if (dialog.open) dialog.close();
	else dialog.showModal();
}
