/**
 * What `read` resolves to; null where the credentials may not read it: who may see an application need not be one who may read
 * all that belongs to it.
 */
export async function whereAllowed<T>(read: () => Promise<T | null>): Promise<T | null> {
	try {
		return await read();
	} catch (error) {
		if (/AccessDenied/.test(error instanceof Error ? error.name : "")) return null;
		throw error;
	}
}
