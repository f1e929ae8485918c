package io.tidemark.runner;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobFileTest {
    @TempDir Path folder;

    private JobFile read(String text) throws IOException {
        return JobFile.read(new SqlDir(folder).with("4_job.sql", text).files());
    }

    @Test
    void knowsEachInsertWithItsLineAndItsQuery() throws IOException {
        JobFile job = read(SqlDir.job("-- first\nINSERT INTO `out`.minutes (a, `b`)\nSELECT 1, ';';\n\nINSERT INTO x\nWITH t AS (SELECT 1) SELECT * FROM t;"));
        assertEquals(List.of("out.minutes", "x"), job.inserts().stream().map(i -> i.into).collect(Collectors.toList()));
        assertEquals(List.of(5, 8), job.inserts().stream().map(JobFile.Insert::line).collect(Collectors.toList()));
        assertEquals("SELECT 1, ';'", job.inserts().get(0).query().trim());
        assertEquals("WITH t AS (SELECT 1) SELECT * FROM t", job.inserts().get(1).query().trim());
        assertTrue(job.statementSet().startsWith("STATEMENT SET\nBEGIN"), job.statementSet());
    }

    @Test
    void hasTheSettingsInFrontOfTheSet() throws IOException {
        JobFile job = read("SET 'table.exec.state.ttl' = '2 d';\nset 'a'='';\n" + SqlDir.job("INSERT INTO x SELECT 1;"));
        assertEquals(Map.of("table.exec.state.ttl", "2 d", "a", ""), job.settings());
        assertEquals(6, job.inserts().get(0).line());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "'' | 4_job.sql: No job",
        "-- nothing | 4_job.sql: No job",
        "INSERT INTO x SELECT 1; | 4_job.sql:1:1: Expected SET",
        "EXECUTE STATEMENT SET BEGIN END; | 4_job.sql:1:1: The job is empty",
        "EXECUTE STATEMENT SET BEGIN INSERT INTO x SELECT 1; SELECT 2; END; | 4_job.sql:1:1: Expected SET",
        "EXECUTE STATEMENT SET BEGIN INSERT INTO x SELECT 1; END; SELECT 1; | 4_job.sql:1:1: Expected SET",
        "EXECUTE STATEMENT SET BEGIN INSERT INTO x SELECT 1; | 4_job.sql:1:1: This statement set",
        "SET a = b; | 4_job.sql:1:1: Expected SET"
    })
    void refusesAnythingElse(String text, String message) {
        String said = assertThrows(SqlProblems.class, () -> read(text)).getMessage();
        assertTrue(said.startsWith(message), said);
    }
}
