package io.tidemark.runner;

import java.util.List;
import java.util.stream.Collectors;

/** The SQL files cannot run: everything that was found wrong with them. The message has a line for each problem. */
public final class SqlProblems extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    SqlProblems(List<Problem> problems, Throwable cause) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")), cause);
        this.problems = List.copyOf(problems);
    }

    SqlProblems(Problem problem) {
        this(List.of(problem), null);
    }

    public List<Problem> all() {
        return problems;
    }
}
