package io.tidemark.runner.inline;

import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.factories.DynamicTableSourceFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.logical.RowType;

/**
 * {@code 'connector' = 'inline'}: a small relation whose rows stand in its DDL as a JSON list of lists, looked up with
 * {@code FOR SYSTEM_TIME AS OF}. A lookup keeps no state, where a join with VALUES would keep every row for ever.
 */
public final class InlineTableFactory implements DynamicTableSourceFactory {
    static final ConfigOption<String> ROWS =
            ConfigOptions.key("rows").stringType().noDefaultValue().withDescription("JSON list of rows");

    @Override
    public String factoryIdentifier() {
        return "inline";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(ROWS);
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of();
    }

    @Override
    public DynamicTableSource createDynamicTableSource(Context context) {
        FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
        helper.validate();
        RowType type = (RowType) context.getPhysicalRowDataType().getLogicalType();
        String json = helper.getOptions().get(ROWS);
        InlineRows.parse(context.getObjectIdentifier().asSummaryString(), json, type);
        return new InlineTableSource(context.getObjectIdentifier().asSummaryString(), json, type);
    }
}
