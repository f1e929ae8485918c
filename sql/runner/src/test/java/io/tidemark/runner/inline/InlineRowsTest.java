package io.tidemark.runner.inline;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.DoubleType;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.RowType;
import org.apache.flink.table.types.logical.VarCharType;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InlineRowsTest {
    private static final RowType TYPE = RowType.of(
            new LogicalType[] {new VarCharType(VarCharType.MAX_LENGTH), new DoubleType()}, new String[] {"symbol", "pct"});

    @Test
    void readsRowsInOrder() {
        List<RowData> rows = InlineRows.parse("t", "[[\"*\", 1], [\"TSLA\", null]]", TYPE);
        assertEquals(2, rows.size());
        assertEquals("*", rows.get(0).getString(0).toString());
        assertEquals(1.0, rows.get(0).getDouble(1));
        assertTrue(rows.get(1).isNullAt(1));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', value = {
        "{            | t: 'rows' is not JSON",
        "{}           | t: 'rows' is not a list of rows",
        "[1]          | t: row 1 of 'rows', 1, is not a list of the values of [symbol, pct]",
        "[[\"a\"]]    | t: row 1 of 'rows', [\"a\"], is not a list of the values of [symbol, pct]",
        "[[\"a\",1],[\"b\",\"x\"]] | t: row 2 of 'rows', [\"b\",\"x\"], does not fit ROW<`symbol` STRING, `pct` DOUBLE>"
    })
    void namesRelationRowAndWhatIsExpected(String json, String message) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> InlineRows.parse("t", json, TYPE));
        assertTrue(e.getMessage().startsWith(message), e.getMessage());
    }

    @Test
    void aLookupJoinFindsRowsByKeyAndByConstant() throws Exception {
        TableEnvironment tables = TableEnvironment.create(EnvironmentSettings.inStreamingMode());
        tables.executeSql("CREATE TABLE levels (symbol STRING, pct DOUBLE) WITH ('connector' = 'inline',"
                + " 'rows' = '[[\"*\", 1.0], [\"TSLA\", 2.0]]')");
        tables.executeSql("CREATE VIEW symbols AS SELECT symbol, PROCTIME() AS proc_time FROM (VALUES ('TSLA'), ('IBM'))"
                + " AS v(symbol)");
        try (CloseableIterator<Row> rows = tables.executeSql("SELECT s.symbol, own.pct, everyone.pct FROM symbols AS s"
                        + " LEFT JOIN levels FOR SYSTEM_TIME AS OF s.proc_time AS own ON own.symbol = s.symbol"
                        + " LEFT JOIN levels FOR SYSTEM_TIME AS OF s.proc_time AS everyone ON everyone.symbol = '*'")
                .collect()) {
            assertEquals(Row.of("TSLA", 2.0, 1.0), rows.next());
            assertEquals(Row.of("IBM", null, 1.0), rows.next());
            assertTrue(!rows.hasNext());
        }
    }
}
