//! Whose connection it is: Linux tells which user holds the other end of a connection within this machine.
//!
//! A link that stands in the arguments of a program can be read by other users while that program runs; asking who connects
//! makes it useless to them. Absent on purpose: systems without `/proc/net/tcp`, where no such link is given out.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    net::{IpAddr, SocketAddr},
};

/// The tables of the system: connections by IPv4 and by IPv6.
const TABLES: [&str; 2] = ["/proc/net/tcp", "/proc/net/tcp6"];
/// The state of a connection that is open at both ends.
const OPEN: &str = "01";

/// The two ends of a connection, as the one who listens sees them.
#[derive(Debug, Clone, Copy)]
pub struct Ends {
    /// Who connected.
    pub peer: SocketAddr,
    /// Where it came in.
    pub local: SocketAddr,
}

/// Whether this system tells whose a connection is.
pub fn can_be_told() -> bool {
    File::open(TABLES[0]).is_ok()
}

impl Ends {
    /// Whether both are loopback addresses.
    pub fn are_on_this_machine(self) -> bool {
        [self.peer, self.local].iter().all(|end| end.ip().to_canonical().is_loopback())
    }

    /// Whether a program of this program's own user holds the other end. What cannot be told is none.
    pub fn are_of_this_user(self) -> bool {
        let user = rustix::process::geteuid().as_raw();
        TABLES.iter().any(|table| File::open(table).is_ok_and(|table| self.are_of(user, BufReader::new(table))))
    }

    fn are_of(self, user: u32, table: impl BufRead) -> bool {
        // The other end's line names its own address first.
        let wanted = [self.peer, self.local].map(|end| (end.ip().to_canonical(), end.port()));
        table.lines().map_while(Result::ok).any(|line| {
            let mut columns = line.split_ascii_whitespace().skip(1);
            let mut end = || columns.next().and_then(address);
            let found = [end(), end()];
            let is_open = columns.next() == Some(OPEN);
            // Behind the state: queues, timer and retransmissions.
            let of = columns.nth(3).and_then(|user| user.parse::<u32>().ok());
            is_open && found == wanted.map(Some) && of == Some(user)
        })
    }
}

/// `0100007F:1F90`: words of 32 bits in the order of the machine, and a port.
fn address(text: &str) -> Option<(IpAddr, u16)> {
    let (ip, port) = text.split_once(':')?;
    let words = ip.as_bytes().chunks(8).map(|word| u32::from_str_radix(std::str::from_utf8(word).ok()?, 16).ok());
    let bytes: Vec<u8> = words.collect::<Option<Vec<u32>>>()?.into_iter().flat_map(u32::to_ne_bytes).collect();
    let ip = match bytes.len() {
        4 => IpAddr::from(<[u8; 4]>::try_from(bytes).ok()?),
        16 => IpAddr::from(<[u8; 16]>::try_from(bytes).ok()?),
        _ => return None,
    };
    Some((ip.to_canonical(), u16::from_str_radix(port, 16).ok()?))
}

#[cfg(all(test, target_endian = "little"))]
mod tests {
    use super::*;

    const TABLE: &str = "\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 11 1 0000000000000000
   1: 0100007F:C350 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 12 1 0000000000000000
   2: 0100007F:C351 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 13 1 0000000000000000
   3: 0100007F:C352 0100007F:1F90 06 00000000:00000000 03:00000000 00000000  1000        0 14 3 0000000000000000
   4: 0000000000000000FFFF00000100007F:C353 0000000000000000FFFF00000100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 15 1
   5: 00000000000000000000000001000000:C354 00000000000000000000000001000000:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 16 1
   6: broken";

    fn told(peer: &str, local: &str, user: u32) -> bool {
        let [peer, local] = [peer, local].map(|end| end.parse().expect("an address"));
        Ends { peer, local }.are_of(user, TABLE.as_bytes())
    }

    #[test]
    fn the_other_end_is_known_by_both_addresses_and_is_of_one_user() {
        let here = "127.0.0.1:8080";
        assert!(told("127.0.0.1:50000", here, 1000));
        assert!(!told("127.0.0.1:50000", here, 1001), "of another user");
        assert!(!told("127.0.0.1:50001", here, 1000), "of another user");
        assert!(!told("127.0.0.1:50002", here, 1000), "no longer open");
        assert!(!told("127.0.0.1:50009", here, 1000), "unknown");
        assert!(!told("127.0.0.1:50000", "127.0.0.1:8081", 1000), "to another server");
        assert!(!told("127.0.0.1:8080", "127.0.0.1:50000", 1000), "the server's own end says nothing");
        assert!(told("127.0.0.1:50003", here, 1000), "IPv4 by way of IPv6");
        assert!(told("[::ffff:127.0.0.1]:50000", "[::ffff:127.0.0.1]:8080", 1000));
        assert!(told("[::1]:50004", "[::1]:8080", 1000));
    }
}
