/** Whether a URL's host is this machine itself, so that nobody on the way can read what is sent there unencrypted. */
export function isLoopback(hostname: string): boolean {
	return /^(127(\.\d+){3}|localhost|\[::1\])$/.test(hostname);
}
