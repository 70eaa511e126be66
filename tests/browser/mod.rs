//! A headless Chromium, spoken to as its developer tools do: JSON over a web socket.
#![allow(dead_code)]

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How long anything may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(180);

/// A browser with one page.
pub struct Browser {
    process: Child,
    socket: BufReader<TcpStream>,
    session: Option<String>,
    sent: u64,
    /// What the page reported since it was last opened.
    events: Vec<Value>,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// `None` where no Chromium is installed.
    pub fn start(width: u32, height: u32) -> Option<Self> {
        const NAMES: [&str; 4] =
            ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
        let runs = |name: &&str| {
            let asked = Command::new(name).arg("--version").stdin(Stdio::null()).output();
            asked.is_ok_and(|asked| asked.status.success())
        };
        let name = NAMES.into_iter().find(runs)?;
        let profile = tempfile::tempdir().expect("a folder for the profile");
        let process = Command::new(name)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"])
            .args(["--no-first-run", "--remote-debugging-port=0"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg(format!("--window-size={width},{height}"))
            .arg("about:blank")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        let told = profile.path().join("DevToolsActivePort");
        let told = until(|| {
            let told = std::fs::read_to_string(&told).ok()?;
            told.split_once('\n').map(|(port, path)| (port.to_owned(), path.to_owned()))
        });
        let address = format!("127.0.0.1:{}", told.0);
        let socket = until(|| TcpStream::connect(&address).ok());
        socket.set_read_timeout(Some(PATIENCE)).expect("a time limit");
        let mut browser = Self {
            process,
            socket: BufReader::new(socket),
            session: None,
            sent: 0,
            events: Vec::new(),
            _profile: profile,
        };
        browser.shake_hands(&address, told.1.trim());
        let page = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attach = json!({"targetId": page["targetId"], "flatten": true});
        let session = browser.call("Target.attachToTarget", attach);
        browser.session = Some(session["sessionId"].as_str().expect("a session").to_owned());
        for domain in ["Page", "Runtime", "Network", "Log"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        Some(browser)
    }

    fn shake_hands(&mut self, address: &str, path: &str) {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\n\
             Connection: Upgrade\r\nSec-WebSocket-Key: bmVhcmNvcHkgbmVhcmNvcA==\r\n\
             Sec-WebSocket-Version: 13\r\n\r\n"
        );
        self.socket.get_mut().write_all(request.as_bytes()).expect("asked");
        let mut answer = String::new();
        while !answer.ends_with("\r\n\r\n") {
            assert!(self.socket.read_line(&mut answer).expect("an answer") > 0, "{answer}");
        }
        assert!(answer.starts_with("HTTP/1.1 101"), "{answer}");
    }

    /// Calls a method and waits for its result.
    fn call(&mut self, method: &str, params: Value) -> Value {
        self.sent += 1;
        let mut message = json!({"id": self.sent, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.send(message.to_string().as_bytes());
        loop {
            let message = self.receive();
            if message["id"] == self.sent {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
            self.events.push(message);
        }
    }

    /// One text frame; the mask is zero, which leaves the bytes as they are.
    fn send(&mut self, payload: &[u8]) {
        let mut frame = vec![0x81];
        match payload.len() {
            n @ 0..=125 => frame.push(0x80 | n as u8),
            n @ 126..=0xffff => {
                frame.push(0x80 | 126);
                frame.extend((n as u16).to_be_bytes());
            }
            n => {
                frame.push(0x80 | 127);
                frame.extend((n as u64).to_be_bytes());
            }
        }
        frame.extend([0; 4]);
        frame.extend(payload);
        self.socket.get_mut().write_all(&frame).expect("sent");
    }

    /// One message, put together from its frames.
    fn receive(&mut self) -> Value {
        let mut message = Vec::new();
        loop {
            let [first, second] = self.bytes::<2>();
            let length = match second & 0x7f {
                126 => u16::from_be_bytes(self.bytes()).into(),
                127 => u64::from_be_bytes(self.bytes()),
                n => n.into(),
            };
            let mut payload = vec![0; length as usize];
            self.socket.read_exact(&mut payload).expect("a frame");
            // 8 and above are pings and the like
            if first & 0x0f < 8 {
                message.extend(payload);
                if first & 0x80 != 0 {
                    return serde_json::from_slice(&message).expect("JSON");
                }
            }
        }
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.socket.read_exact(&mut bytes).expect("a frame");
        bytes
    }

    /// Opens an address and waits until it is loaded.
    pub fn open(&mut self, address: &str) {
        // a change of the part behind # alone would load nothing
        self.call("Page.navigate", json!({"url": "about:blank"}));
        self.wait("location.href === 'about:blank'");
        self.events.clear();
        self.call("Page.navigate", json!({"url": address}));
        self.wait("location.href !== 'about:blank' && document.readyState === 'complete'");
    }

    /// The value of an expression in the page.
    pub fn value(&mut self, expression: &str) -> Value {
        let params = json!({"expression": expression, "returnByValue": true});
        let result = self.call("Runtime.evaluate", params);
        assert!(result["exceptionDetails"].is_null(), "{expression}: {result}");
        result["result"]["value"].clone()
    }

    /// The value as text.
    pub fn text(&mut self, expression: &str) -> String {
        self.value(expression).as_str().unwrap_or_else(|| panic!("{expression} is no text")).into()
    }

    /// Waits until an expression holds.
    #[track_caller]
    pub fn wait(&mut self, expression: &str) {
        let start = Instant::now();
        while self.value(expression) != true {
            assert!(start.elapsed() < PATIENCE, "never: {expression}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Presses a key that is named, or a letter.
    pub fn press(&mut self, key: &str) {
        let (code, text) = match key {
            "Enter" => (13, "\r"),
            "Escape" => (27, ""),
            "ArrowUp" => (38, ""),
            "ArrowDown" => (40, ""),
            letter => (0, letter),
        };
        for kind in ["keyDown", "keyUp"] {
            let text = if kind == "keyDown" { text } else { "" };
            let event = json!({
                "type": kind, "key": key, "text": text, "windowsVirtualKeyCode": code,
            });
            self.call("Input.dispatchKeyEvent", event);
        }
    }

    /// What went wrong in the page, or asks for attention: exceptions, errors, dialogs.
    pub fn complaints(&self) -> Vec<&Value> {
        const KINDS: [&str; 4] = [
            "Runtime.exceptionThrown",
            "Runtime.consoleAPICalled",
            "Log.entryAdded",
            "Page.javascriptDialogOpening",
        ];
        let complains = |event: &&Value| KINDS.iter().any(|kind| event["method"] == *kind);
        self.events.iter().filter(complains).collect()
    }

    /// The addresses that the page asked for, itself included.
    pub fn requests(&self) -> Vec<&str> {
        let requests = self.events.iter().filter(|e| e["method"] == "Network.requestWillBeSent");
        requests.filter_map(|e| e["params"]["request"]["url"].as_str()).collect()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn until<T>(mut found: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = found() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "the browser does not answer");
        std::thread::sleep(Duration::from_millis(20));
    }
}
