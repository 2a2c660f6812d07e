/**
 * How one try to hand an alert to a channel ended. `retry`: it may go well later; `refused`: this message never will;
 * `gone`: nothing sent to this target will, until its settings change (a revoked token, an address that does not exist).
 */
export type Outcome =
  | { readonly kind: "delivered" }
  | { readonly kind: "retry"; readonly error: string; readonly afterSeconds?: number }
  | { readonly kind: "refused"; readonly error: string }
  | { readonly kind: "gone"; readonly error: string };
