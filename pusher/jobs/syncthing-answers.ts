/** What Syncthing answers, as much of it as is read. Go writes an empty list as null, and a version that lacks a member omits it. */
import * as z from "zod/mini";

const count = z.number();

/** GET /rest/config/folders/ID */
export const folderConfig = z.object({
  id: z.string(),
  label: z.string(),
  path: z.string(),
  type: z.string(),
  paused: z.boolean(),
  markerName: z._default(z.string(), ".stfolder"),
  devices: z.array(z.object({ deviceID: z.string() })),
});
export type FolderConfig = z.infer<typeof folderConfig>;

/** GET /rest/config/devices */
export const deviceConfigs = z.array(z.object({ deviceID: z.string(), name: z.string(), paused: z.boolean() }));
export type DeviceConfig = z.infer<typeof deviceConfigs>[number];

/** GET /rest/system/status */
export const systemStatus = z.object({
  myID: z.string(),
  lastDialStatus: z.optional(z.nullable(z.record(z.string(), z.object({ error: z.optional(z.nullable(z.string())) })))),
});

/** GET /rest/system/connections; the totals are those since `startedAt`, of all folders. */
export const connections = z.object({
  connections: z.record(
    z.string(),
    z.object({
      connected: z.boolean(),
      startedAt: z.optional(z.string()),
      inBytesTotal: count,
      outBytesTotal: count,
    }),
  ),
});

/** GET /rest/stats/device; of one never seen, the time is that of 1970. */
export const deviceStats = z.record(z.string(), z.object({ lastSeen: z.string() }));

/** GET /rest/db/status. Of a folder that is paused or not running everything is 0, and the state empty. */
export const dbStatus = z.object({
  state: z.string(),
  error: z.optional(z.string()),
  errors: count,
  globalFiles: count,
  globalBytes: count,
  globalDeleted: count,
  globalTotalItems: count,
  localFiles: count,
  needBytes: count,
  needDeletes: count,
  needTotalItems: count,
  receiveOnlyTotalItems: z._default(count, 0),
  ignorePatterns: z.boolean(),
  sequence: count,
});
export type DbStatus = z.infer<typeof dbStatus>;

/** GET /rest/db/completion. `completion`, the percentage, is a float that rounds to 100 while files are missing. */
export const dbCompletion = z.object({
  needItems: count,
  needDeletes: count,
  needBytes: count,
  /** Since 1.20. */
  remoteState: z.optional(z.string()),
});
export type Completion = z.infer<typeof dbCompletion>;

/** GET /rest/folder/errors */
export const folderErrors = z.object({
  errors: z.nullable(z.array(z.object({ path: z.string(), error: z.string() }))),
});
export type FileError = NonNullable<z.infer<typeof folderErrors>["errors"]>[number];

/** GET /rest/db/remoteneed: `files`; GET /rest/db/localchanged: the same. */
export const fileList = z.object({ files: z.nullable(z.array(z.object({ name: z.string() }))) });
