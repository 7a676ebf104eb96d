/**
 * The quorum config file: one list of definitions ({@link io.muster.node.config.ConfigKeys}) that the reader, the checks and
 * the generated reference page share. The only package that reads configuration; others are given records.
 */
@NullMarked
package io.muster.node.config;

import org.jspecify.annotations.NullMarked;
