package io.muster.controller;

import io.muster.controller.liveness.Liveness;

/** What every session of this voter needs. */
record Sessions(
        ControllerSettings settings, String clusterId, Liveness liveness, Submitter submitter, ControllerUnit unit) {}
