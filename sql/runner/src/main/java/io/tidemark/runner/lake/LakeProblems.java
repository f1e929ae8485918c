package io.tidemark.runner.lake;

import java.util.List;

/** The tables of the lake cannot be what their DDL says: everything that is in the way, a line for each. */
public final class LakeProblems extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  LakeProblems(List<String> problems) {
    super(String.join("\n", problems));
  }
}
