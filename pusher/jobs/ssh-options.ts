/**
 * How ssh is started where nobody is there to type (ssh_config(5)): it fails where it would ask, and talks only to a machine whose
 * host key is known already. A connection that died is noticed within two minutes.
 */
export const SSH_OPTIONS: readonly string[] = [
  "BatchMode=yes",
  "StrictHostKeyChecking=yes",
  "ConnectTimeout=30",
  "ServerAliveInterval=30",
  "ServerAliveCountMax=4",
];
