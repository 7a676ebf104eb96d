/**
 * What a team embeds: {@link io.muster.agent.Workload} is theirs, {@link io.muster.agent.Ownership} is the proof they act
 * under. The agent speaks to controllers only through rpc stubs and loads no Ratis class.
 */
@NullMarked
package io.muster.agent;

import org.jspecify.annotations.NullMarked;
