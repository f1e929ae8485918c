package io.tidemark.runner.workbench;

import io.tidemark.runner.JobFile;
import io.tidemark.runner.Relations;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ArrayNode;
import org.apache.flink.shaded.jackson2.com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.flink.table.api.bridge.java.StreamTableEnvironment;
import org.apache.flink.table.api.internal.TableEnvironmentImpl;
import org.apache.flink.table.catalog.CatalogBaseTable;
import org.apache.flink.table.catalog.CatalogView;
import org.apache.flink.table.catalog.Column;
import org.apache.flink.table.catalog.ContextResolvedTable;
import org.apache.flink.table.catalog.ObjectIdentifier;
import org.apache.flink.table.catalog.ResolvedSchema;
import org.apache.flink.table.types.logical.LogicalType;
import org.apache.flink.table.types.logical.utils.LogicalTypeChecks;

/** What created relations are made of, as the tools want it: columns, time, key, and what each reads. */
final class Description {
    // In its expanded text a view names each relation in full, and nothing else with three parts.
    private static final Pattern READ = Pattern.compile("`default_catalog`\\.`([^`]+)`\\.`([^`]+)`");
    private static final Pattern COMMENT = Pattern.compile("(?s)^(?:\\s*--[^\\n]*\\n)+");

    private Description() {}

    /** Adds {@code relations} and {@code inserts} to an answer. */
    static void of(StreamTableEnvironment tables, Relations relations, JobFile job, ObjectNode answer) {
        ArrayNode all = answer.putArray("relations");
        for (Relations.Relation relation : relations.all()) {
            describe(tables, relation, all.addObject());
        }
        ArrayNode inserts = answer.putArray("inserts");
        for (JobFile.Insert insert : job.inserts()) {
            ObjectNode json = inserts.addObject();
            json.put("into", insert.into);
            json.put("line", insert.line());
            tables.executeSql("CREATE TEMPORARY VIEW `tidemark insert` AS " + insert.query());
            reads(table(tables, "tidemark insert").getTable()).forEach(json.putArray("reads")::add);
            tables.executeSql("DROP TEMPORARY VIEW `tidemark insert`");
        }
    }

    /** The options of a table; none of a view. */
    static Map<String, String> options(StreamTableEnvironment tables, String name) {
        return table(tables, name).getTable().getOptions();
    }

    private static void describe(StreamTableEnvironment tables, Relations.Relation relation, ObjectNode json) {
        CatalogBaseTable table = table(tables, relation.name).getTable();
        boolean view = table instanceof CatalogView;
        // A stored view has forgotten which of its columns are time attributes.
        ResolvedSchema schema = view
                ? tables.from("`" + relation.name + "`").getResolvedSchema()
                : table(tables, relation.name).getResolvedSchema();
        json.put("name", relation.name).put("file", relation.file).put("kind", relation.kind);
        ArrayNode columns = json.putArray("columns");
        schema.getColumns().forEach(column -> describe(column, columns.addObject()));
        reads(table).forEach(json.putArray("reads")::add);
        ArrayNode key = json.putArray("primaryKey");
        schema.getPrimaryKey().ifPresent(primary -> primary.getColumns().forEach(key::add));
        json.put("watermark", schema.getWatermarkSpecs().stream()
                .map(spec -> spec.getWatermarkExpression().asSerializableString())
                .findFirst()
                .orElse(null));
        ObjectNode options = json.putObject("options");
        table.getOptions().forEach(options::put);
        Matcher comment = COMMENT.matcher(relation.sql());
        json.put("comment", comment.find() ? comment.group().replaceAll("(?m)^\\s*-- ?", "").trim() : "");
    }

    private static void describe(Column column, ObjectNode json) {
        LogicalType type = column.getDataType().getLogicalType();
        json.put("name", column.getName());
        // Without the attribute and the nullability, which have fields of their own.
        json.put("type", type.copy(true).asSummaryString().replaceAll(" \\*\\w+\\*", ""));
        json.put("nullable", type.isNullable());
        json.put("time", LogicalTypeChecks.isRowtimeAttribute(type) ? "event"
                : LogicalTypeChecks.isProctimeAttribute(type) ? "processing" : null);
        json.put("computed", column instanceof Column.ComputedColumn);
        json.put("metadata", column instanceof Column.MetadataColumn);
    }

    private static Set<String> reads(CatalogBaseTable table) {
        Set<String> names = new TreeSet<>();
        if (table instanceof CatalogView) {
            Matcher read = READ.matcher(((CatalogView) table).getExpandedQuery());
            while (read.find()) {
                names.add(read.group(1).equals("default_database") ? read.group(2) : read.group(1) + "." + read.group(2));
            }
        }
        return names;
    }

    private static ContextResolvedTable table(StreamTableEnvironment tables, String name) {
        List<String> path = List.of(name.split("\\."));
        String database = path.size() == 2 ? path.get(0) : "default_database";
        ObjectIdentifier id = ObjectIdentifier.of("default_catalog", database, path.get(path.size() - 1));
        return ((TableEnvironmentImpl) tables).getCatalogManager().getTableOrError(id);
    }
}
