#!/usr/bin/perl
# Callers of an agent's socket that never ask anything sensible, for lab/cni/strangers.
#
#   strangers.pl SOCKET KIND
#
# Who is sent away comes again after its kind's pause. Runs until SIGTERM, then prints one JSON document: how often it connected, was sent
# away and found no room, and what it wrote.
use strict;
use warnings;
use IO::Poll qw(POLLIN POLLOUT POLLERR POLLHUP);
use Socket qw(AF_UNIX SOCK_STREAM pack_sockaddr_un);
use Time::HiRes qw(time);

my $MAX_REQUEST = 4 << 20;    # bytes, ControlServer.MAX_REQUEST_BYTES
my $CHUNK = 64 << 10;
my $HEAD = "POST /cni/v1 HTTP/1.1\r\nHost: weft\r\n";
srand(1);
my $noise = join('', map { chr(int(rand(256))) } 1 .. 400) . "\r\n\r\n";

# How many at a time, the pause before one comes again, the pause between two writes (0: as fast as it is taken), what it writes next.
my %KINDS = (
    silent => { callers => 1000, again => 1, every => 0, next => undef },
    dribble => { callers => 200, again => 1, every => 1, next => sub { substr("$HEAD\r\n", $_[0] % 38, 1) } },
    oversize => { callers => 4, again => 0.2, every => 0,
        next => sub { $_[0] == 0 ? $HEAD . 'Content-Length: ' . ($MAX_REQUEST + 1) . "\r\n\r\n" : 'x' x $CHUNK } },
    garbage => { callers => 4, again => 0.05, every => 0, next => sub { $noise x 20 } },
);

my ($path, $name) = @ARGV;
die "usage: strangers.pl SOCKET KIND; kinds: @{[sort keys %KINDS]}\n" unless @ARGV == 2 && $KINDS{$name};
my $kind = $KINDS{$name};
my ($poll, $running) = (IO::Poll->new, 1);
my %seen = (connected => 0, sent_away => 0, no_room => 0, bytes => 0);
$SIG{TERM} = sub { $running = 0 };
$SIG{PIPE} = 'IGNORE';

sub connect_now {
    my ($caller) = @_;
    socket(my $socket, AF_UNIX, SOCK_STREAM, 0) or die "socket: $!\n";
    $socket->blocking(0);
    if (!connect($socket, pack_sockaddr_un($path))) {
        $seen{no_room}++;
        $caller->{due} = time + $kind->{again};
        return;
    }
    $seen{connected}++;
    @$caller{qw(socket written due)} = ($socket, 0, time);
    $poll->mask($socket => $kind->{next} && !$kind->{every} ? POLLIN | POLLOUT : POLLIN);
}

sub leave {
    my ($caller) = @_;
    $poll->remove($caller->{socket});
    close(delete $caller->{socket});
    $caller->{due} = time + $kind->{again};
    $seen{sent_away}++;
}

sub write_next {
    my ($caller) = @_;
    my $count = syswrite($caller->{socket}, $kind->{next}->($caller->{written}));
    if (defined $count) {
        $caller->{written} += $count;
        $seen{bytes} += $count;
        $caller->{due} = time + $kind->{every};
    } elsif (!$!{EAGAIN}) {
        leave($caller);
    }
}

sub look_at {
    my ($caller) = @_;
    my $events = $poll->events($caller->{socket}) or return;
    if ($events & (POLLIN | POLLHUP | POLLERR)) {
        my $count = sysread($caller->{socket}, my $answer, $CHUNK);
        return leave($caller) if !$count && !(!defined $count && $!{EAGAIN});
    }
    write_next($caller) if $events & POLLOUT;
}

my @callers = map { { due => 0 } } 1 .. $kind->{callers};
while ($running) {
    my $now = time;
    for my $caller (@callers) {
        next if $now < $caller->{due};
        if (!$caller->{socket}) {
            connect_now($caller);
        } elsif ($kind->{every}) {
            write_next($caller);
        }
    }
    next if $poll->poll(0.02) <= 0;
    for my $caller (@callers) {
        look_at($caller) if $caller->{socket};
    }
}
printf qq({"connected": %d, "sent_away": %d, "no_room": %d, "bytes": %d}\n), @seen{qw(connected sent_away no_room bytes)};
