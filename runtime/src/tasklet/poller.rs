//! The poller: which tasklets wait for which descriptors, told to the kernel by `epoll`.
//!
//! A descriptor is entered once and stays entered; each wait arms it for one event (`EPOLLONESHOT`). So a wait costs one short
//! system call however many others wait, and a descriptor that was closed and opened anew is noticed (`ENOENT`): nothing has to
//! be told about `close`. What `epoll` refuses (files, closed descriptors) is ready at once, and the call that follows says what
//! is wrong with it. An event may come for a wait that is over: who is woken tries, and waits again.

use crate::helpers::{epoll, files, signals};

/// Marks the event counter among the events.
const COUNTER: u64 = u64::MAX;
/// Events asked for at once.
const BATCH: usize = 256;
/// What always comes, wanted or not.
const ALWAYS: i16 = libc::POLLERR | libc::POLLHUP;

#[derive(Default)]
struct Interest {
    /// (place of the waiter, events)
    waiters: Vec<(u32, i16)>,
    entered: bool,
}

/// See the module.
pub struct Poller {
    epoll: i32,
    /// Rung by helpers and by signals.
    counter: i32,
    /// By descriptor.
    interests: Vec<Interest>,
    /// Waiters for what is always ready.
    ready: Vec<u32>,
}

impl Poller {
    /// # Errors
    /// The number of the error, mostly too many open descriptors.
    pub fn new() -> Result<Poller, i32> {
        let epoll = epoll::lift(epoll::create(libc::EPOLL_CLOEXEC)?);
        let counter = match epoll::event_counter() {
            Ok(fd) => epoll::lift(fd),
            Err(e) => {
                let _ = files::close(epoll);
                return Err(e);
            }
        };
        let poller = Poller {
            epoll,
            counter,
            interests: Vec::new(),
            ready: Vec::new(),
        };
        let readable = libc::EPOLLIN as u32;
        epoll::control(epoll, libc::EPOLL_CTL_ADD, counter, readable, COUNTER)?;
        signals::ring_poller(counter);
        Ok(poller)
    }
    /// The event counter that wakes [`Poller::wait`].
    pub fn counter(&self) -> i32 {
        self.counter
    }
    /// The waiter at `place` wants events of a descriptor.
    pub fn enter(&mut self, fd: i32, events: i16, place: u32) {
        let at = match usize::try_from(fd) {
            Ok(at) => at,
            Err(_) => return self.ready.push(place),
        };
        if at >= self.interests.len() {
            self.interests.resize_with(at + 1, Interest::default);
        }
        self.interests[at].waiters.push((place, events));
        if self.arm(fd).is_err() {
            self.interests[at].waiters.pop();
            self.ready.push(place);
        }
    }
    /// Asks for the events that the waiters of a descriptor want.
    fn arm(&mut self, fd: i32) -> Result<(), i32> {
        let interest = &mut self.interests[fd as usize];
        let wanted = interest.waiters.iter().fold(0, |all, w| all | w.1);
        let events = wanted as u16 as u32 | libc::EPOLLONESHOT as u32;
        let (first, second) = if interest.entered {
            (libc::EPOLL_CTL_MOD, libc::EPOLL_CTL_ADD)
        } else {
            (libc::EPOLL_CTL_ADD, libc::EPOLL_CTL_MOD)
        };
        let mut r = epoll::control(self.epoll, first, fd, events, fd as u64);
        if matches!(r, Err(libc::ENOENT | libc::EEXIST)) {
            r = epoll::control(self.epoll, second, fd, events, fd as u64);
        }
        interest.entered = r.is_ok();
        r
    }
    /// The waiter at `place` wants nothing of the descriptor any more.
    pub fn leave(&mut self, fd: i32, place: u32) {
        if let Ok(at) = usize::try_from(fd)
            && let Some(interest) = self.interests.get_mut(at)
        {
            interest.waiters.retain(|w| w.0 != place);
        }
        self.ready.retain(|p| *p != place);
    }
    /// The waiters for a descriptor that is about to be closed.
    pub fn waiters_of(&self, fd: i32) -> Vec<u32> {
        let interest = usize::try_from(fd)
            .ok()
            .and_then(|at| self.interests.get(at));
        interest.map_or(Vec::new(), |i| i.waiters.iter().map(|w| w.0).collect())
    }
    /// Waits until something happens, at most `limit` nanoseconds (`None`: for ever), and puts the waiters that it happened to
    /// into `came`. They stay entered. True if the counter was rung.
    ///
    /// # Errors
    /// `EINTR`; any other error says that our descriptors were closed behind our back.
    pub fn wait(&mut self, limit: Option<i128>, came: &mut Vec<u32>) -> Result<bool, i32> {
        came.append(&mut self.ready);
        let limit = if came.is_empty() { limit } else { Some(0) };
        let mut rung = false;
        for (events, data) in epoll::wait(self.epoll, limit, BATCH)? {
            if data == COUNTER {
                epoll::silence(self.counter);
                rung = true;
                continue;
            }
            let Some(interest) = self.interests.get_mut(data as usize) else {
                continue;
            };
            let happened = events as u16 as i16;
            let before = came.len();
            let waiters = interest.waiters.iter();
            came.extend(
                waiters
                    .filter(|w| happened & (w.1 | ALWAYS) != 0)
                    .map(|w| w.0),
            );
            if came.len() - before < interest.waiters.len() {
                let others = self.interests[data as usize].waiters.clone();
                if self.arm(data as i32).is_err() {
                    came.extend(others.iter().map(|w| w.0));
                }
            }
        }
        Ok(rung)
    }
    /// Asks again for the events of a waiter that was woken in vain.
    pub fn again(&mut self, fd: i32, place: u32) {
        let known = usize::try_from(fd)
            .ok()
            .and_then(|at| self.interests.get(at));
        let entered = known.is_some_and(|i| i.waiters.iter().any(|w| w.0 == place));
        if !entered || self.arm(fd).is_err() {
            self.ready.push(place);
        }
    }
}

impl Drop for Poller {
    fn drop(&mut self) {
        signals::ring_poller(-1);
        let _ = files::close(self.counter);
        let _ = files::close(self.epoll);
    }
}
