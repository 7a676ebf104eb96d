package io.muster.node.config;

import java.util.function.Function;

/**
 * How the text of a value is read.
 *
 * @param name what it is, for the reference page: "integer", "host:port"
 * @param range what it may be, for the reference page; empty when anything goes
 * @param unit the unit; empty for none
 * @param reader turns text into the value; throws IllegalArgumentException with a reason fit for an operator
 * @param <T> the type of the value
 */
public record KeyType<T>(String name, String range, String unit, Function<String, T> reader) {}
