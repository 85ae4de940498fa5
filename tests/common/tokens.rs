//! What the tests of writing tokens share.

#![allow(dead_code, unreachable_pub)]

use cloudflare_user::Policy;

pub const ID: &str = "ed17574386854bf78a67040be0a770b0";

pub fn policy() -> Policy {
    Policy::allow()
        .permission_group("g")
        .resource("com.cloudflare.api.user.*", "*")
}
