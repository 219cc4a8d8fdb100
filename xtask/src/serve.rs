//! `serve`: the release page on a plain static server, as any host would serve it.

use std::net::TcpListener;
use std::os::unix::process::CommandExt;

use crate::places;
use crate::shell::{self, Context, Result, stage};
use crate::{build, setup};

const DEFAULT_PORT: u16 = 8080;

/// Builds if need be, then serves until it is interrupted.
pub(crate) fn run(args: &[String]) -> Result {
    let port = parse_port(args)?;
    refuse_taken(port)?;
    setup::for_building()?;
    stage("build the release page", build::release)?;
    refuse_taken(port)?;
    let mut node = shell::program("node");
    node.arg("xtask/serve.mjs").arg(places::dist()).arg(port.to_string());
    // The server takes this process's place, so that whoever ends the one has ended the other.
    Err(node.exec()).or_cannot("start the server")
}

fn parse_port(args: &[String]) -> Result<u16> {
    let words: Vec<&str> = args.iter().flat_map(|arg| arg.split('=')).collect();
    match words[..] {
        [] => Ok(DEFAULT_PORT),
        ["--port", port] => match port.parse() {
            Ok(port) if port > 0 => Ok(port),
            _ => Err(format!("`--port {port}`: a port is a number from 1 to 65535")),
        },
        _ => Err(format!("serve takes `--port NUMBER` and nothing else, not `{}`", args.join(" "))),
    }
}

fn refuse_taken(port: u16) -> Result {
    let free = TcpListener::bind(("127.0.0.1", port));
    free.map(drop).map_err(|error| {
        format!("port {port} cannot be used ({error}); choose another: cargo xtask serve --port {}", port ^ 1)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn the_port_is_8080_unless_told() {
        assert_eq!(parse_port(&[]), Ok(8080));
        assert_eq!(parse_port(&words("--port 9000")), Ok(9000));
        assert_eq!(parse_port(&words("--port=9000")), Ok(9000));
    }

    #[test]
    fn what_is_not_a_port_is_named_in_the_error() {
        assert!(parse_port(&words("--port 70000")).unwrap_err().contains("70000"));
        assert!(parse_port(&words("--prot 80")).unwrap_err().contains("--prot 80"));
    }

    #[test]
    fn a_taken_port_is_refused_with_advice() {
        let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        assert!(refuse_taken(port).unwrap_err().contains("--port"));
    }
}
