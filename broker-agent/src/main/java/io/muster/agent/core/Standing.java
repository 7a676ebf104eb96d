package io.muster.agent.core;

/**
 * What is true for all seats at once.
 *
 * @param lease the newest lease; whether it still holds, it says itself
 * @param registered the image shows this broker at its own epoch
 * @param unfenced the image shows it able to take on work
 * @param mayLead the image is one to act on: this broker is not fenced in it, and it is not older than the lease
 * @param leaving every guard is to be closed and nothing begun
 */
record Standing(Lease lease, boolean registered, boolean unfenced, boolean mayLead, boolean leaving) {}
