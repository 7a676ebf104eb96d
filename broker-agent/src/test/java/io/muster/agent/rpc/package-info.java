@NullMarked
package io.muster.agent.rpc;

import org.jspecify.annotations.NullMarked;
