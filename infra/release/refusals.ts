/** What the errors of Managed Flink mean. */

/** Whether the service says no to what was asked, so that it has done nothing. */
export function isRefusal(error: unknown): boolean {
	return (
		error instanceof Error &&
		/^(InvalidArgument|InvalidRequest|InvalidApplicationConfiguration|CodeValidation|LimitExceeded|ResourceInUse|ResourceNotFound|UnsupportedOperation|AccessDenied)(Exception)?$/.test(
			error.name,
		)
	);
}

export function isConflict(error: unknown): boolean {
	return error instanceof Error && /^(ConcurrentModification|ResourceInUse)Exception$/.test(error.name);
}

/** A request that was sent again after its answer was lost meets itself. */
export function unlessUnderWay(error: unknown): void {
	if (!(error instanceof Error && error.name === "ResourceInUseException")) throw error;
}
