/** What the browser remembers of the reader's choices; one that is told to keep nothing forgets them at each start. */
const PREFIX = "tidemark.";

/** What was remembered under a name; undefined where there is nothing. */
export function recall(name: string): string | undefined {
	try {
		return localStorage.getItem(PREFIX + name) ?? undefined;
	} catch {
		return undefined;
	}
}

/** Remembers a text under a name; undefined forgets it. */
export function remember(name: string, text: string | undefined): void {
	try {
		if (text === undefined) localStorage.removeItem(PREFIX + name);
		else localStorage.setItem(PREFIX + name, text);
	} catch {
		// As recall says.
	}
}
