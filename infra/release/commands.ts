/** The commands that work on what is deployed. */
export { deployCommand } from "./deploy-command.ts";
export { logsCommand } from "./logs-command.ts";
export { startCommand, stopCommand } from "./power-commands.ts";
export { rollbackCommand } from "./rollback-command.ts";
export { snapshotsCommand } from "./snapshots-command.ts";
export { statusCommand } from "./status-command.ts";
