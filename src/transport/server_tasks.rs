//! The tasks and threads of a server or a border, and how all of them end.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::{sync::watch, task::JoinSet};

/// What runs until the server stops. Threads see `stop` and end, also when nobody waits for them:
/// a runtime that is shut down drops the server wherever it stands.
pub(super) struct ServerTasks {
    tasks: JoinSet<()>,
    stop: Arc<AtomicBool>,
}

impl ServerTasks {
    pub(super) fn new() -> Self {
        Self { tasks: JoinSet::new(), stop: Arc::default() }
    }

    /// What a thread is to look at, again and again: whether it must end.
    pub(super) fn stop(&self) -> Arc<AtomicBool> {
        Arc::clone(&self.stop)
    }

    pub(super) fn spawn(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    pub(super) fn spawn_thread(&mut self, thread: impl FnOnce() + Send + 'static) {
        self.tasks.spawn_blocking(thread);
    }

    /// Waits until `stop` changes or `gone`, the terminal, is gone, and ends them all. Whether that
    /// was wanted: a server of which a part has ended by itself must not look healthy.
    pub(super) async fn run(
        mut self,
        mut stop: watch::Receiver<()>,
        gone: impl Future<Output = ()>,
    ) -> bool {
        let is_told = tokio::select! {
            // An error means that the sender is gone, and nobody else could stop us.
            _ = stop.changed() => true,
            () = gone => {
                tracing::info!("the terminal has gone, and what it started ends");
                true
            }
            // None of them ends but by a panic.
            Some(ended) = self.tasks.join_next() => {
                tracing::error!(?ended, "a task or thread has ended that should not");
                false
            }
        };
        self.stop.store(true, Ordering::Relaxed);
        self.tasks.shutdown().await;
        is_told
    }
}

impl Drop for ServerTasks {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::ServerTasks;
    use std::{
        future,
        sync::{atomic::Ordering, mpsc},
        thread,
        time::Duration,
    };
    use tokio::{runtime::Runtime, sync::watch};

    /// Tasks of which one is a thread that tells when it ends; it has begun.
    fn with_a_thread() -> (ServerTasks, mpsc::Receiver<&'static str>) {
        let (mut tasks, (tell, told)) = (ServerTasks::new(), mpsc::channel());
        let stop = tasks.stop();
        tasks.spawn_thread(move || {
            tell.send("begun").unwrap();
            while !stop.load(Ordering::Relaxed) {
                thread::sleep(Duration::from_millis(1));
            }
            tell.send("ended").unwrap();
        });
        assert_eq!(told.recv(), Ok("begun"));
        (tasks, told)
    }

    #[test]
    fn threads_end_with_a_runtime_that_never_polled_the_server_again() {
        let runtime = Runtime::new().unwrap();
        let (_keep, stopped) = watch::channel(());
        let inside = runtime.enter();
        let (tasks, told) = with_a_thread();
        drop(inside);
        runtime.spawn(async move { tasks.run(stopped, future::pending()).await });
        runtime.shutdown_timeout(Duration::from_secs(10));
        assert_eq!(told.try_recv(), Ok("ended"));
    }

    #[tokio::test]
    async fn what_was_told_to_stop_has_stopped_and_what_broke_is_told() {
        let (tasks, told) = with_a_thread();
        let (stop, stopped) = watch::channel(());
        drop(stop);
        assert!(tasks.run(stopped, future::pending()).await);
        assert_eq!(told.try_recv(), Ok("ended"), "it was waited for");

        let (mut tasks, told) = with_a_thread();
        tasks.spawn(future::ready(()));
        let (_keep, stopped) = watch::channel(());
        assert!(!tasks.run(stopped, future::pending()).await);
        assert_eq!(told.try_recv(), Ok("ended"), "the others end with it");
    }
}
