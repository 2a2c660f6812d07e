/** `POST /v1/enrollments`: a host presents a one-time code and its public key, in a request signed by that key. */
import * as z from "zod/mini";
import { name } from "./fields.ts";

/** 128 random bits in unpadded base64url. */
export const enrollmentCode = z.string().check(z.regex(/^[A-Za-z0-9_-]{22}$/, "an enrolment code has 22 characters"));

/** A raw Ed25519 public key (32 bytes) in unpadded base64url. */
export const publicKey = z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/, "a public key is 32 bytes in base64url"));

export const enrollment = z.strictObject({ code: enrollmentCode, publicKey });

export const enrollmentAnswer = z.strictObject({ site: name, host: name, keyId: z.string(), serverTime: z.string() });

export type EnrollmentAnswer = z.infer<typeof enrollmentAnswer>;
