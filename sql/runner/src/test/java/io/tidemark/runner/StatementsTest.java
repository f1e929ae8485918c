package io.tidemark.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class StatementsTest {
    private static List<String> split(String text) {
        return Statements.split("f.sql", text).stream().map(s -> s.text).collect(Collectors.toList());
    }

    static Stream<Arguments> texts() {
        return Stream.of(
                Arguments.of("", List.of()),
                Arguments.of(" \n\t", List.of()),
                Arguments.of(";;", List.of()),
                Arguments.of("-- only a comment", List.of()),
                Arguments.of("/* only ; a comment */", List.of()),
                Arguments.of("SELECT 1", List.of("SELECT 1")),
                Arguments.of("SELECT 1;", List.of("SELECT 1")),
                Arguments.of("SELECT 1; SELECT 2", List.of("SELECT 1", "SELECT 2")),
                Arguments.of("SELECT ';'; SELECT 2;", List.of("SELECT ';'", "SELECT 2")),
                Arguments.of("SELECT 'it''s; so'; SELECT 2", List.of("SELECT 'it''s; so'", "SELECT 2")),
                Arguments.of("SELECT `a;b`; SELECT 2", List.of("SELECT `a;b`", "SELECT 2")),
                Arguments.of("SELECT \"a;b\"; SELECT 2", List.of("SELECT \"a;b\"", "SELECT 2")),
                Arguments.of("SELECT 1 -- a; b\n; SELECT 2", List.of("SELECT 1 -- a; b", "SELECT 2")),
                Arguments.of("SELECT 1 /* a; b */; SELECT 2", List.of("SELECT 1 /* a; b */", "SELECT 2")),
                Arguments.of("SELECT '-- no comment'; SELECT 2", List.of("SELECT '-- no comment'", "SELECT 2")),
                Arguments.of("SELECT '/*'; SELECT '*/'", List.of("SELECT '/*'", "SELECT '*/'")),
                Arguments.of("SELECT 1 -- it's\n; SELECT 2", List.of("SELECT 1 -- it's", "SELECT 2")),
                Arguments.of(
                        "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT ';'; END; SELECT 2;",
                        List.of(
                                "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1; INSERT INTO b SELECT ';'; END",
                                "SELECT 2")),
                Arguments.of(
                        "execute statement set\nbegin\ninsert into a select case when b then 1 end from c;\nend;",
                        List.of("execute statement set\nbegin\ninsert into a select case when b then 1 end from c;\nend")),
                Arguments.of("SELECT begin_at FROM t; SELECT weekend", List.of("SELECT begin_at FROM t", "SELECT weekend")));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void splitsAtSemicolonsOutsideStringsNamesAndComments(String text, List<String> expected) {
        assertEquals(expected, split(text));
    }

    @Test
    void knowsTheLineOfEachStatement() {
        List<Statements.Statement> statements =
                Statements.split("f.sql", "-- grain\n-- key\nSELECT 1;\n\n/* x\n y */ SELECT 2;");
        assertEquals(3, statements.get(0).line);
        assertEquals(6, statements.get(1).line);
    }

    static Stream<Arguments> unclosed() {
        return Stream.of(
                Arguments.of("SELECT 1;\nSELECT 'abc", "f.sql:2:8: This string is not closed"),
                Arguments.of("SELECT `abc", "f.sql:1:8: This quoted name is not closed"),
                Arguments.of("SELECT 1\n/* abc", "f.sql:2:1: This comment is not closed"),
                Arguments.of("/*/", "f.sql:1:1: This comment is not closed"),
                Arguments.of(
                        "EXECUTE STATEMENT SET BEGIN INSERT INTO a SELECT 1;",
                        "f.sql:1:1: This statement set (BEGIN without END;) is not closed"));
    }

    @ParameterizedTest
    @MethodSource("unclosed")
    void namesFileAndLineOfWhatIsNotClosed(String text, String message) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, () -> split(text)).getMessage());
    }
}
