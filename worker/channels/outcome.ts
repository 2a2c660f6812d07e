/** How one try to hand an alert to a channel ended. `retry`: it may go well later; `refused`: it never will. */
export type Outcome =
  | { readonly kind: "delivered" }
  | { readonly kind: "retry"; readonly error: string; readonly afterSeconds?: number }
  | { readonly kind: "refused"; readonly error: string };
