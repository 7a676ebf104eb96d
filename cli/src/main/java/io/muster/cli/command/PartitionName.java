package io.muster.cli.command;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A partition as typed: "orders/3".
 *
 * @param resource the resource's name
 * @param partition the partition number
 */
record PartitionName(String resource, int partition) {
    /** For picocli. */
    static final class Converter implements ITypeConverter<PartitionName> {
        @Override
        public PartitionName convert(String value) {
            int slash = value.lastIndexOf('/');
            String number = value.substring(slash + 1);
            if (slash <= 0 || !number.matches("\\d{1,9}")) {
                throw new TypeConversionException(
                        "'" + value + "' is no partition: write RESOURCE/NUMBER, as in orders/3");
            }
            return new PartitionName(value.substring(0, slash), Integer.parseInt(number));
        }
    }
}
