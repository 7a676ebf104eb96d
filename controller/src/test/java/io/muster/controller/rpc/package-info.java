@NullMarked
package io.muster.controller.rpc;

import org.jspecify.annotations.NullMarked;
