@NullMarked
package io.muster.node.config;

import org.jspecify.annotations.NullMarked;
