/** The gRPC services of a voter: session, feed, admin. The only package of this module that knows gRPC servers. */
@NullMarked
package io.muster.controller.rpc;

import org.jspecify.annotations.NullMarked;
