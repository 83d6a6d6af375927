//! How the allocator of this process keeps memory.
//!
//! A run makes lists of megabytes, and lets most of them go long before its end. The C library of most Linux systems asks the system for
//! such a list by itself, and gives it back at once; but with each that it gives back it raises the size from which it does so, to as
//! much as 32 MB, and what it keeps together with everything else comes back only where nothing stands behind it. Of a million
//! subscriptions a tenth of the peak was such room. The one unsafe call of the program fixes that size, whatever `GLIBC_TUNABLES` says of
//! it. Processes for workbooks, which have no such lists, do without.

/// From this size on a list is given back when it is let go.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const LARGE: libc::c_int = 1 << 20;

/// Has large lists given back to the system when they are let go. To be called before there is another thread.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(
    unsafe_code,
    reason = "the C library offers no other way, but for a variable set before the program starts"
)]
pub(super) fn give_back_large_lists() {
    // SAFETY: the call takes two numbers and touches nothing of ours; no other thread allocates yet. That it may fail does not matter.
    let _ = unsafe { libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE) };
}

/// Other allocators have no such size.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(super) fn give_back_large_lists() {}
